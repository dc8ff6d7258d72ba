// app.runtimeconfig.json: which frameworks the host loads (frameworks, or includedFrameworks where they lie beside the application), how
// it rolls forward to a newer one, and the runtime's switches.

using System.Text.Json;
using System.Text.Json.Nodes;

namespace Faultline.Weaver.Applications;

internal sealed class RuntimeConfiguration
{
    /// <summary>The shim is built for this runtime; an older one cannot load it.</summary>
    public static readonly Version ShimRuntime = new(10, 0, 0);

    private const string StartupHookSwitch = "System.StartupHookProvider.IsSupported";
    private static readonly string[] MicrosoftFrameworks = ["Microsoft.NETCore.App", "Microsoft.AspNetCore.App", "Microsoft.WindowsDesktop.App"];

    private readonly JsonObject root;
    private readonly JsonObject options;

    private RuntimeConfiguration(JsonObject root)
    {
        this.root = root;
        options = root["runtimeOptions"] as JsonObject ?? [];
        root["runtimeOptions"] = options;
    }

    /// <summary>Throws UnsupportedApplicationException for a file that is missing or is not JSON.</summary>
    public static RuntimeConfiguration Read(string path) => new(JsonFile.Read(path));

    public bool IsSelfContained => options["includedFrameworks"] is JsonArray { Count: > 0 };

    /// <summary>Trimming switches startup hooks off and removes the code that runs them.</summary>
    public bool StartupHooksAreTrimmed => (options["configProperties"] as JsonObject)?[StartupHookSwitch] is JsonValue value
        && value.TryGetValue(out bool supported) && !supported;

    /// <summary>Version of Microsoft.NETCore.App, the framework that every other builds on, or of the only one named.</summary>
    public Version RuntimeVersion
    {
        get
        {
            List<JsonObject> frameworks = [.. Frameworks()];
            JsonObject? core = frameworks.Find(framework => NameOf(framework) == MicrosoftFrameworks[0]) ?? frameworks.FirstOrDefault();
            return core is null ? new Version(0, 0) : VersionOf(core);
        }
    }

    public void AllowStartupHooks()
    {
        if (options["configProperties"] is not JsonObject properties)
            options["configProperties"] = properties = [];
        properties[StartupHookSwitch] = true;
    }

    /// <summary>Asks for the installed frameworks instead of those that lie beside the application, at the same major and minor version.</summary>
    public void UseInstalledFrameworks()
    {
        if (options["includedFrameworks"] is not JsonArray included)
            return;
        options.Remove("includedFrameworks");
        options["frameworks"] = included;
        foreach (JsonObject framework in Frameworks())
        {
            Version version = VersionOf(framework);
            framework["version"] = $"{version.Major}.{version.Minor}.0";
        }
    }

    /// <summary>Asks for the shim's runtime, or a newer one, where an older one is asked for. Answers whether it changed anything.</summary>
    public bool RaiseToShimRuntime()
    {
        bool raised = false;
        foreach (JsonObject framework in Frameworks())
        {
            if (!MicrosoftFrameworks.Contains(NameOf(framework)) || VersionOf(framework) >= ShimRuntime)
                continue;
            framework["version"] = ShimRuntime.ToString(3);
            raised = true;
        }

        if (raised)
            options["rollForward"] = "Major";
        return raised;
    }

    public void Write(string path) => JsonFile.Write(path, root);

    private IEnumerable<JsonObject> Frameworks()
    {
        if (options["framework"] is JsonObject only)
            yield return only;
        foreach (string list in (string[])["frameworks", "includedFrameworks"])
            foreach (JsonNode? item in options[list] as JsonArray ?? [])
                if (item is JsonObject framework)
                    yield return framework;
    }

    private static string? NameOf(JsonObject framework) => framework["name"]?.GetValue<string>();

    /// <summary>A pre-release label counts as its release: 11.0.0-preview.3 is 11.0.0.</summary>
    private static Version VersionOf(JsonObject framework)
        => Version.TryParse((framework["version"]?.GetValue<string>() ?? "").Split('-')[0], out Version? version) ? version : new Version(0, 0);
}
