using System.Text.Json;
using Faultline.Tracing.Session;

namespace Faultline.Reporting;

/// <summary>The run: how the program ended, under which models, what was routed, how complete the data is.</summary>
internal static class JsonRun
{
    public static void Program(Utf8JsonWriter json, Report report)
    {
        json.WriteStartObject("program");
        json.WriteString("target", report.Program.Target);
        json.WriteString("name", report.Program.Name);
        if (report.Replay == null)
            json.WriteNumber("exitCode", report.Program.ExitCode);
        else
            json.WriteNull("exitCode");
        json.WriteString("signal", report.Program.Signal);
        if (report.Replay == null)
            json.WriteNumber("wallMilliseconds", (long)report.Program.WallTime.TotalMilliseconds);
        else
            json.WriteNull("wallMilliseconds");
        json.WriteEndObject();
    }

    /// <summary>Only in reports of a replay.</summary>
    public static void Replay(Utf8JsonWriter json, ReplayFacts? replay)
    {
        if (replay == null)
            return;
        json.WriteStartObject("replay");
        json.WriteString("trace", replay.Trace);
        json.WriteString("source", replay.Source);
        json.WriteNumber("events", replay.Events);
        json.WriteString("damage", replay.Damage);
        json.WriteString("touches", replay.Touches);
        json.WriteString("tunables", replay.Tunables);
        json.WriteNumber("swapBytes", replay.SwapBytes);
        json.WriteEndObject();
    }

    /// <summary>Only in reports of a run that was recorded.</summary>
    public static void Trace(Utf8JsonWriter json, TraceFacts? trace)
    {
        if (trace == null)
            return;
        json.WriteStartObject("trace");
        json.WriteString("path", trace.Path);
        json.WriteNumber("events", trace.Events);
        json.WriteNumber("bytes", trace.Bytes);
        json.WriteString("stopReason", trace.StopReason);
        if (trace.Stacks is { } stacks)
        {
            json.WriteStartObject("stacks");
            json.WriteString("sampling", stacks.Sampling.ToString());
            json.WriteNumber("walked", stacks.Walks);
            json.WriteNumber("walkMilliseconds", Math.Round(stacks.WalkTime.TotalMilliseconds, 3));
            json.WriteNumber("notKept", stacks.Lost);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    public static void Profile(Utf8JsonWriter json, Profile profile)
    {
        json.WriteStartObject("profile");
        json.WriteString("libc", profile.Libc);
        json.WriteString("arenas", profile.Arenas);
        json.WriteString("kernel", profile.Kernel);
        json.WriteNumber("ramBytes", profile.RamBytes);
        json.WriteNumber("cpus", profile.Cpus);
        json.WriteNumber("pageBytes", profile.PageBytes);
        json.WriteString("thp", profile.Thp);
        json.WriteString("observer", profile.Observer);
        json.WriteString("observerText", profile.ObserverText);
        json.WriteEndObject();
    }

    public static void Routing(Utf8JsonWriter json, Report report)
    {
        RoutingFacts routing = report.Routing;
        json.WriteStartObject("routing");
        json.WriteString("shape", routing.Shape);
        json.WriteStartArray("routed");
        foreach (RoutedAssembly assembly in routing.Routed)
        {
            json.WriteStartObject();
            json.WriteString("assembly", assembly.Name);
            json.WriteNumber("sites", assembly.Sites);
            json.WriteBoolean("symbols", assembly.HasSymbols);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        NotRouted(json, routing);
        json.WriteNumber("foreignCalls", report.ForeignCalls);
        json.WriteStartArray("notes");
        foreach (string note in routing.Notes)
            Note(json, "routing", note);
        foreach (SessionNote note in report.Notes)
            Note(json, note.Kind, note.Text);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void Data(Utf8JsonWriter json, DataState data)
    {
        json.WriteStartObject("data");
        json.WriteString("completeness", JsonNamingPolicy.CamelCase.ConvertName(data.Completeness.ToString()));
        if (data.PagesAge is { } age)
            json.WriteNumber("pagesAgeMilliseconds", (long)age.TotalMilliseconds);
        else
            json.WriteNull("pagesAgeMilliseconds");
        json.WriteString("text", data.Text);
        json.WriteEndObject();
    }

    private static void NotRouted(Utf8JsonWriter json, RoutingFacts routing)
    {
        json.WriteStartArray("notRouted");
        foreach (UnroutedAssembly assembly in routing.NotRouted)
        {
            json.WriteStartObject();
            json.WriteString("assembly", assembly.Name);
            json.WriteString("reason", assembly.Reason);
            json.WriteEndObject();
        }

        foreach (UnroutedCall call in routing.UnroutedCalls)
        {
            json.WriteStartObject();
            json.WriteString("api", call.Api);
            json.WriteString("place", call.Place);
            json.WriteString("reason", call.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("withoutCalls");
        foreach (string assembly in routing.WithoutCalls)
            json.WriteStringValue(assembly);
        json.WriteEndArray();
    }

    private static void Note(Utf8JsonWriter json, string kind, string text)
    {
        json.WriteStartObject();
        json.WriteString("kind", kind);
        json.WriteString("text", text);
        json.WriteEndObject();
    }
}
