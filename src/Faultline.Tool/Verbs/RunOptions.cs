using System.CommandLine;
using System.CommandLine.Parsing;
using Faultline.Kernel;
using Faultline.Libc;
using Faultline.Reporting;
using Faultline.Tool.Profiling;
using Faultline.Tool.Running;
using Faultline.Tracing.Session;
using Faultline.Tracing.Stacks;
using Faultline.Tracing.Text;

namespace Faultline.Tool.Verbs;

/// <summary>
/// The options of <c>faultline run</c>. The simulated machine's defaults are fixed, not the host's, so that reports repeat from
/// host to host; only its memory is never less than the host's, so that no allocation fails that would not fail without Faultline.
/// </summary>
internal sealed class RunOptions
{
    private const ulong SmallestRam = 64UL << 20;
    private const ulong LargestRam = 1UL << 44;
    private const int MostCpus = 1024;

    private static readonly MachineOptions s_machine = new();

    private readonly Option<ulong> _ram = new("--ram")
    {
        Description = "Memory of the simulated machine, such as 512MiB. [default: 16GiB, or the host's where that is more]",
        HelpName = "size",
        CustomParser = ParseRam,
    };

    private readonly Option<int> _cpus = new("--cpus")
    {
        Description = "Processors of the simulated machine.",
        HelpName = "n",
        DefaultValueFactory = _ => s_machine.Cpus,
        CustomParser = result => ParseNumber(result, MostCpus),
    };

    private readonly Option<string> _thp = new("--thp")
    {
        Description = "Transparent huge pages of the simulated machine.",
        DefaultValueFactory = _ => "madvise",
        CustomParser = result => ParseChoice(result, "never", "madvise", "always"),
        HelpName = "never|madvise|always",
    };

    private readonly Option<LibcProfile?> _libc = LibcOption.Create(LibcProfile.Default.Name);

    private readonly Option<string> _observer = new("--observer")
    {
        Description = "How page touches are known: observe reads the real pages, assume counts every requested byte as written.",
        DefaultValueFactory = _ => "observe",
        CustomParser = result => ParseChoice(result, "observe", "assume"),
        HelpName = "observe|assume",
    };

    private readonly Option<int> _top = new("--top")
    {
        Description = "How many sites and leaks the text shows (the JSON has all).",
        HelpName = "n",
        DefaultValueFactory = _ => 10,
        CustomParser = result => ParseNumber(result, int.MaxValue),
    };

    private readonly Option<string?> _output = new("--output", "-o")
    {
        Description = "Write the report to this file, not to standard error.",
        HelpName = "file",
    };

    private readonly Option<string?> _trace = new("--trace")
    {
        Description = "Record all calls, touches and snapshots to this file (.fltrace), for faultline replay.",
        HelpName = "file",
    };

    private readonly Option<StackSampling> _stacks = new("--stacks")
    {
        Description = "For which allocations the trace has the call stack: none, a sample (one in so many bytes, 512KiB unless said), or all.",
        HelpName = "off|sample[:bytes]|all",
        DefaultValueFactory = _ => StackSampling.Off,
        CustomParser = ParseStacks,
    };

    private readonly Option<string?> _profile = new("--profile")
    {
        Description = "Write the measured cost of each call for the rules to show at its line. [default: NAME.faultline.json beside the project, else here]",
        HelpName = "file" + MeasuredProfileJson.Extension,
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<bool> _force = new("--force", "-f") { Description = "Overwrite the --output, --trace and --profile files." };

    private readonly Option<bool> _json = new("--json") { Description = "The report in the machine's form." };

    private readonly Option<bool> _quiet = new("--quiet", "-q")
    {
        Description = "No progress and no report on standard error, only one line if the program did something wrong with native memory.",
    };

    public IEnumerable<Option> All => [_ram, _cpus, _thp, _libc, _observer, _top, _output, _trace, _stacks, _profile, _force, _json, _quiet];

    /// <summary>The first of <paramref name="words"/> is the program, the others are its arguments.</summary>
    public RunRequest Read(ParseResult parsed, string[] words) => new()
    {
        Target = words[0],
        Arguments = words[1..],
        RamBytes = parsed.GetResult(_ram) == null ? Math.Max(s_machine.RamBytes, PageSize.Down(HostFacts.RamBytes())) : parsed.GetValue(_ram),
        Cpus = parsed.GetValue(_cpus),
        Thp = parsed.GetValue(_thp) switch { "never" => ThpPolicy.Never, "always" => ThpPolicy.Always, _ => ThpPolicy.MadviseOnly },
        Libc = parsed.GetValue(_libc) ?? LibcProfile.Default,
        Observer = parsed.GetValue(_observer) == "assume" ? ObserverRequest.Assume : ObserverRequest.Best,
        Top = parsed.GetValue(_top),
        OutputPath = parsed.GetValue(_output),
        TracePath = parsed.GetValue(_trace),
        Stacks = StacksOf(parsed),
        ProfilePath = ProfilePath(parsed, words[0]),
        Force = parsed.GetValue(_force),
        Json = parsed.GetValue(_json),
        Quiet = parsed.GetValue(_quiet),
    };

    /// <summary>Stacks are kept in the trace: without one nobody would ever see them.</summary>
    private StackSampling StacksOf(ParseResult parsed)
    {
        StackSampling stacks = parsed.GetValue(_stacks);
        return stacks == StackSampling.Off || parsed.GetValue(_trace) != null ? stacks
            : throw new UsageException($"--stacks {stacks} needs --trace FILE, which is where call stacks are kept");
    }

    private static StackSampling ParseStacks(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (StackSampling.Parse(text) is { } stacks)
            return stacks;
        result.AddError($"--stacks {text} is none of off, sample, sample:BYTES (1B to 1TiB, such as sample:64KiB) and all");
        return StackSampling.Off;
    }

    /// <summary>
    /// The option may stand before the program without a file of its own: the parser then takes the program for the file, which is told by the
    /// name. Answers that word; null if there is none. Throws <see cref="UsageException"/> for a file of another name.
    /// </summary>
    public string? ProgramBehindProfile(ParseResult parsed, bool isFirstWord)
    {
        if (parsed.GetValue(_profile) is not { } word || IsProfile(word))
            return null;
        return isFirstWord ? word : throw new UsageException($"--profile {word}: a profile's name ends in {MeasuredProfileJson.Extension}, by which the rules find it");
    }

    private static bool IsProfile(string word) => word.EndsWith(MeasuredProfileJson.Extension, StringComparison.Ordinal);

    /// <summary>Null where no profile is wanted.</summary>
    private string? ProfilePath(ParseResult parsed, string target)
        => parsed.GetResult(_profile) is null or { Implicit: true } ? null
        : ProfileOutput.PathFor(parsed.GetValue(_profile) is { } word && IsProfile(word) ? word : null, target);

    private static ulong ParseRam(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (Quantity.Size(text) is not { } bytes)
            result.AddError($"--ram {text} is not a size: give a number with a unit, such as 512MiB or 16GiB");
        else if (bytes is < SmallestRam or > LargestRam)
            result.AddError($"--ram {text} is outside of 64MiB to 16TiB");
        else
            return PageSize.Down(bytes);
        return 0;
    }

    internal static int ParseNumber(ArgumentResult result, int most)
    {
        string name = ((OptionResult)result.Parent!).Option.Name;
        string text = result.Tokens[0].Value;
        if (int.TryParse(text, out int number) && number >= 1 && number <= most)
            return number;
        result.AddError($"{name} {text} is not a {(most == int.MaxValue ? "positive number" : $"number from 1 to {most}")}");
        return 0;
    }

    internal static string ParseChoice(ArgumentResult result, params string[] choices)
    {
        string name = ((OptionResult)result.Parent!).Option.Name;
        string text = result.Tokens[0].Value;
        if (!choices.Contains(text))
            result.AddError($"{name} {text} is none of {string.Join(", ", choices)}");
        return text;
    }
}
