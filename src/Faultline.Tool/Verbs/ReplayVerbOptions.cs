using System.CommandLine;
using System.CommandLine.Parsing;
using Faultline.Kernel;
using Faultline.Libc;
using Faultline.Tracing.Replay;
using Faultline.Tracing.Text;

namespace Faultline.Tool.Verbs;

/// <summary>The options of <c>faultline replay</c>. What is not given is the trace's own, else the simulated machine's usual default.</summary>
internal sealed class ReplayVerbOptions
{
    private const ulong SmallestRam = 64UL << 20;
    private const ulong LargestRam = 8UL << 40;
    private const int MostCpus = 1024;

    private readonly Option<ulong?> _ram = new("--ram")
    {
        Description = "Memory of the simulated machine, such as 512MiB. [default: the trace's, or 16GiB]",
        HelpName = "size",
        CustomParser = ParseRam,
    };

    private readonly Option<int?> _cpus = new("--cpus")
    {
        Description = "Processors of the simulated machine. [default: the trace's, or 2]",
        HelpName = "n",
        CustomParser = result => RunOptions.ParseNumber(result, MostCpus),
    };

    private readonly Option<string?> _thp = new("--thp")
    {
        Description = "Transparent huge pages of the simulated machine. [default: the trace's, or madvise]",
        HelpName = "never|madvise|always",
        CustomParser = result => RunOptions.ParseChoice(result, "never", "madvise", "always"),
    };

    private readonly Option<LibcProfile?> _libc = LibcOption.Create($"the trace's, or {LibcProfile.Default}");

    private readonly Option<ulong?> _swap = new("--swap")
    {
        Description = "Swap area of the simulated machine, such as 1GiB. [default: none]",
        HelpName = "size",
        CustomParser = result => ParseSize(result, "--swap", PageSize.Bytes * 16),
    };

    private readonly Option<ulong?> _memoryLimit = new("--memory-limit")
    {
        Description = "Memory limit of the cgroup that the program runs in, as a container has it, such as 256MiB. [default: none]",
        HelpName = "size",
        CustomParser = result => ParseSize(result, "--memory-limit", 1UL << 20),
    };

    private readonly Option<int?> _arenaMax = new("--arena-max")
    {
        Description = "Most arenas, as glibc.malloc.arena_max sets it.",
        HelpName = "n",
        CustomParser = result => RunOptions.ParseNumber(result, int.MaxValue),
    };

    private readonly Option<string?> _tunables = new("--tunables")
    {
        Description = "Settings as GLIBC_TUNABLES has them: \"glibc.malloc.mmap_threshold=65536:glibc.malloc.tcache_count=0\".",
        HelpName = "settings",
        CustomParser = ParseTunables,
    };

    private readonly Option<string?> _touches = new("--touches")
    {
        Description = "For traces without touches: written takes every block to be written whole when it is allocated. [default: written]",
        HelpName = "none|written",
        CustomParser = result => RunOptions.ParseChoice(result, "none", "written"),
    };

    public IEnumerable<Option> All => [_ram, _swap, _memoryLimit, _cpus, _thp, _libc, _arenaMax, _tunables, _touches];

    /// <summary>Whether the user said what to take for touched.</summary>
    public bool AssumesTouches(ParseResult parsed) => parsed.GetResult(_touches) != null;

    /// <summary>Whether the user set anything that overrides the trace's own settings.</summary>
    public bool OverridesTrace(ParseResult parsed)
        => new Option[] { _ram, _swap, _memoryLimit, _cpus, _thp, _libc, _arenaMax, _tunables }.Any(option => parsed.GetResult(option) is { Implicit: false });

    public ReplayOptions Read(ParseResult parsed, string traceName) => new()
    {
        RamBytes = parsed.GetValue(_ram),
        SwapBytes = parsed.GetValue(_swap) ?? 0,
        MemoryLimitBytes = parsed.GetValue(_memoryLimit),
        Cpus = parsed.GetValue(_cpus),
        Libc = parsed.GetValue(_libc),
        Thp = parsed.GetValue(_thp) switch
        {
            "never" => ThpPolicy.Never,
            "madvise" => ThpPolicy.MadviseOnly,
            "always" => ThpPolicy.Always,
            _ => null,
        },
        Tunables = string.Join(':', new[] { Tunables(parsed), ArenaMax(parsed) }.OfType<string>()),
        Touches = parsed.GetValue(_touches) == "none" ? AssumedTouches.None : AssumedTouches.Written,
        TraceName = traceName,
    };

    /// <summary>Throws <see cref="UsageException"/> for what the glibc that was asked for ignores, though others take it.</summary>
    private string? Tunables(ParseResult parsed)
    {
        if (parsed.GetValue(_tunables) is not { } text || parsed.GetValue(_libc) is not { } libc)
            return parsed.GetValue(_tunables);
        return text.Split(':').FirstOrDefault(setting => ReferenceEquals(MallocTunables.Parse(setting, libc), MallocTunables.Default)) is not { } ignored ? text
            : throw new UsageException($"--tunables: '{ignored}' is nothing that {libc} takes; write a whole number, such as glibc.malloc.arena_max=2");
    }

    private string? ArenaMax(ParseResult parsed)
        => parsed.GetValue(_arenaMax) is { } most ? FormattableString.Invariant($"glibc.malloc.arena_max={most}") : null;

    private static ulong? ParseSize(ArgumentResult result, string option, ulong least)
    {
        string text = result.Tokens[0].Value;
        if (Quantity.Size(text) is not { } bytes)
            result.AddError($"{option} {text} is not a size: give a number with a unit, such as 256MiB");
        else if (bytes < least || bytes >= LargestRam)
            result.AddError($"{option} {text} is outside of {least >> 10}KiB to 8TiB");
        else
            return PageSize.Down(bytes);
        return null;
    }

    private static ulong? ParseRam(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (Quantity.Size(text) is not { } bytes)
            result.AddError($"--ram {text} is not a size: give a number with a unit, such as 512MiB or 16GiB");
        else if (bytes is < SmallestRam or > LargestRam)
            result.AddError($"--ram {text} is outside of 64MiB to 8TiB");
        else
            return PageSize.Down(bytes);
        return null;
    }

    /// <summary>glibc passes over what it does not take; here a setting that does nothing is told.</summary>
    private static string ParseTunables(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        foreach (string setting in text.Split(':'))
        {
            MallocTunables parsed = MallocTunables.Parse(setting);
            if (ReferenceEquals(parsed, MallocTunables.Default))
                result.AddError($"--tunables: '{setting}' is no setting that glibc's malloc takes; write name=value, such as glibc.malloc.arena_max=2");
            else if (parsed.NotModelled.Count > 0)
                result.AddError($"--tunables: {parsed.NotModelled[0]} is not modelled");
        }

        return text;
    }
}
