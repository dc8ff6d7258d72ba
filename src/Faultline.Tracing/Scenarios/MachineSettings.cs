using Faultline.Kernel;
using Faultline.Tracing.Scenarios.Language;
using Faultline.Tracing.Text;

namespace Faultline.Tracing.Scenarios;

/// <summary>The settings of the 'machine' statement.</summary>
internal static class MachineSettings
{
    private static readonly Dictionary<string, Func<MachineOptions, string, MachineOptions?>> Settings = new()
    {
        ["ram"] = (options, value) => Quantity.Size(value) is { } bytes ? options with { RamBytes = bytes } : null,
        ["cpus"] = (options, value) => int.TryParse(value, out int cpus) ? options with { Cpus = cpus } : null,
        ["thp"] = (options, value) => value switch
        {
            "never" => options with { Thp = ThpPolicy.Never },
            "madvise" => options with { Thp = ThpPolicy.MadviseOnly },
            "always" => options with { Thp = ThpPolicy.Always },
            _ => null,
        },
        ["overcommit"] = (options, value) => value switch
        {
            "0" or "heuristic" => options with { Overcommit = OvercommitPolicy.Heuristic },
            "1" or "always" => options with { Overcommit = OvercommitPolicy.Always },
            "2" or "never" => options with { Overcommit = OvercommitPolicy.Never },
            _ => null,
        },
        ["overcommit-ratio"] = (options, value) => int.TryParse(value, out int ratio) ? options with { OvercommitRatio = ratio } : null,
        ["bits"] = (options, value) => value switch
        {
            "64" => options with { Architecture = MachineArchitecture.X64 },
            "32" => options with { Architecture = MachineArchitecture.X86 },
            "32-pae" => options with { Architecture = MachineArchitecture.X86Pae },
            _ => null,
        },
        ["tlb"] = (options, value) => value switch
        {
            "off" => options with { Tlb = null },
            "skylake" => options with { Tlb = TlbPolicy.Skylake },
            _ => null,
        },
        ["swap"] = (options, value) => Quantity.Size(value) is { } bytes && bytes <= MachineOptions.MaxSwapBytes ? options with { SwapBytes = bytes } : null,
        ["swappiness"] = (options, value) => int.TryParse(value, out int swappiness) ? options with { Swappiness = swappiness } : null,
        ["page-cluster"] = (options, value) => int.TryParse(value, out int cluster) ? options with { PageCluster = cluster } : null,
        ["swap-disk"] = (options, value) => value is "ssd" or "rotational" ? options with { SwapIsRotational = value == "rotational" } : null,
        ["oom"] = (options, value) => value switch
        {
            "modern" => options with { Oom = OomProfile.Modern },
            "2.6.18" => options with { Oom = OomProfile.Linux2_6_18 },
            "classic" or "2.6.32" => options with { Oom = OomProfile.Linux2_6_32 },
            _ => null,
        },
    };

    private static readonly Dictionary<string, string> Allowed = new()
    {
        ["ram"] = "a size, as in 512M",
        ["cpus"] = "a number from 1 on",
        ["thp"] = "never, madvise or always",
        ["overcommit"] = "heuristic, always or never",
        ["overcommit-ratio"] = "per cent",
        ["bits"] = "64, 32 or 32-pae",
        ["tlb"] = "off or skylake",
        ["swap"] = $"a size, as in 256M; a swap area has at most {MachineOptions.MaxSwapBytes >> PageSize.Shift:N0} slots of 4K, which is less than 8T",
        ["swappiness"] = "0 to 200",
        ["page-cluster"] = "0 to 10",
        ["swap-disk"] = "ssd or rotational",
        ["oom"] = "modern, classic (2.6.32) or 2.6.18",
    };

    public static MachineOptions Apply(MachineOptions options, string name, string value, Arguments arguments)
    {
        if (!Settings.TryGetValue(name, out Func<MachineOptions, string, MachineOptions?>? setting))
            throw arguments.Bad($"no setting '{name}': one of {string.Join(", ", Settings.Keys)}");
        return setting(options, value) ?? throw arguments.Bad($"'{value}' is not allowed for '{name}': {Allowed[name]}");
    }
}
