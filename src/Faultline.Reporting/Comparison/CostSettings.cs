using System.Globalization;
using System.Text.Json;
using static Faultline.Reporting.Quantity;

namespace Faultline.Reporting;

/// <summary>The settings that a profile or a report's JSON was made with, in words.</summary>
internal static class CostSettings
{
    private const string Libc = "C library", Kernel = "Kernel", Observer = "Page touches", State = "State of the data";

    public static IEnumerable<CostSetting> Of(MeasuredProfile profile)
    {
        yield return new(Libc, profile.Libc);
        yield return new(Kernel, profile.Kernel);
        yield return new(Observer, profile.Observer);
        yield return new(State, JsonNamingPolicy.CamelCase.ConvertName(profile.Completeness.ToString()));
    }

    /// <param name="root">What <see cref="MeasuredProfileJson"/> writes.</param>
    public static IEnumerable<CostSetting> OfProfile(JsonElement root) =>
        Known((Libc, Text(root, "libc")), (Kernel, Text(root, "kernel")), (Observer, Text(root, "observer")), (State, Text(root, "completeness")));

    /// <param name="root">What <see cref="JsonReport"/> writes.</param>
    public static IEnumerable<CostSetting> OfReport(JsonElement root)
    {
        if (!root.TryGetProperty("profile", out JsonElement profile) || profile.ValueKind != JsonValueKind.Object)
            return [];
        JsonElement replay = root.TryGetProperty("replay", out JsonElement value) ? value : default;
        return Known(
            (Libc, Text(profile, "libc")), (Kernel, Text(profile, "kernel")), (Observer, Text(profile, "observer")),
            (State, root.TryGetProperty("data", out JsonElement data) ? Text(data, "completeness") : null),
            ("Memory", profile.TryGetProperty("ramBytes", out JsonElement ram) ? Bytes(ram.GetUInt64()) : null),
            ("CPUs", profile.TryGetProperty("cpus", out JsonElement cpus) ? cpus.GetUInt32().ToString(CultureInfo.InvariantCulture) : null),
            ("Transparent huge pages", Text(profile, "thp")),
            ("Tunables", Text(replay, "tunables")));
    }

    private static IEnumerable<CostSetting> Known(params (string Name, string? Value)[] settings)
        => settings.Where(setting => !string.IsNullOrEmpty(setting.Value)).Select(setting => new CostSetting(setting.Name, setting.Value!));

    private static string? Text(JsonElement parent, string name)
        => parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
