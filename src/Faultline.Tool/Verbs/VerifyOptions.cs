using System.CommandLine;
using Faultline.Libc;
using Faultline.Tool.Verifying;
using Faultline.Tracing.Generation;

namespace Faultline.Tool.Verbs;

/// <summary>The options of <c>faultline verify</c>.</summary>
internal sealed class VerifyOptions
{
    private const long DefaultOperations = 1_000_000;

    private readonly Option<bool> _json = new("--json") { Description = "The result in the machine's form." };

    private readonly Option<bool> _time = new("--time") { Description = "Measure the model's speed against the real library's, trace by trace, in place of comparing what they do." };

    private readonly Option<LibcProfile?> _libc = LibcOption.Create(LibcProfile.Default.Name);

    private readonly Option<string?> _realLibc = new("--real-libc")
    {
        Description = "The folder of another C library (libc.so.6 and its ld-linux-x86-64.so.2) to compare with, in place of this machine's.",
        HelpName = "folder",
    };

    private readonly Option<bool> _fuzz = new("--fuzz") { Description = "Replay random traces until one differs; that one is made short, printed and written to a file." };

    private readonly Option<string?> _seed = new("--seed") { Description = "Where random traces start from. [default: 1]", HelpName = "n" };

    private readonly Option<string?> _operations = new("--ops") { Description = $"How many operations to replay. [default: {DefaultOperations}]", HelpName = "n" };

    private readonly Option<string?> _profile = new("--profile")
    {
        Description = $"Only traces of this kind: {string.Join(", ", TraceProfile.All.Select(p => p.Name))}. [default: all in turn]",
        HelpName = "name",
    };

    private readonly Option<string?> _output = new("--output", "-o") { Description = "The file for a failing trace. [default: faultline-SEED-BATCH.trace]", HelpName = "file" };

    private readonly Option<bool> _force = new("--force", "-f") { Description = "Overwrite that file." };

    public IEnumerable<Option> All => [_libc, _realLibc, _json, _time, _fuzz, _seed, _operations, _profile, _output, _force];

    public bool WantsJson(ParseResult parsed) => parsed.GetValue(_json);

    public bool WantsTime(ParseResult parsed) => parsed.GetValue(_time);

    public LibcProfile Libc(ParseResult parsed) => parsed.GetValue(_libc) ?? LibcProfile.Default;

    /// <summary>Null: this machine's. Throws <see cref="UsageException"/> for a folder without a C library.</summary>
    public string? RealLibc(ParseResult parsed)
    {
        if (parsed.GetValue(_realLibc) is not { } folder)
            return null;
        string? missing = new[] { Compiler.Loader, Compiler.Library }.FirstOrDefault(file => !File.Exists(Path.Combine(folder, file)));
        return missing == null ? Path.GetFullPath(folder)
            : throw new UsageException($"--real-libc {folder} has no {missing}: unpack the library's package (dpkg-deb -x libc6_….deb DIR) and give DIR/usr/lib/x86_64-linux-gnu");
    }

    /// <summary>Null without --fuzz. Throws <see cref="UsageException"/> for what does not go together or is out of range.</summary>
    public FuzzRequest? ReadFuzz(ParseResult parsed, string[] traces)
    {
        if (!parsed.GetValue(_fuzz))
        {
            Option? stray = new Option[] { _seed, _operations, _profile, _output, _force }.FirstOrDefault(o => parsed.GetResult(o) is { Implicit: false });
            return stray == null ? null : throw new UsageException($"{stray.Name} goes with --fuzz only");
        }

        if (traces.Length > 0)
            throw new UsageException($"--fuzz makes its own traces: leave {traces[0]} out");
        if (parsed.GetValue(_time))
            throw new UsageException("--time does not go with --fuzz");
        if (parsed.GetValue(_json))
            throw new UsageException("--json does not go with --fuzz");
        string seed = parsed.GetValue(_seed) ?? "1", operations = parsed.GetValue(_operations) ?? $"{DefaultOperations}";
        string? profile = parsed.GetValue(_profile);
        TraceProfile[] profiles = [.. TraceProfile.All.Where(p => profile == null || p.Name == profile)];
        return new FuzzRequest(
            ulong.TryParse(seed, out ulong from) ? from : throw new UsageException($"--seed {seed} is not a number from 0 to 2^64 - 1"),
            long.TryParse(operations, out long count) && count > 0 ? count : throw new UsageException($"--ops {operations} is not a positive number"),
            profiles.Length > 0 ? profiles : throw new UsageException($"--profile {profile} is none of {string.Join(", ", TraceProfile.All.Select(p => p.Name))}"),
            profile,
            parsed.GetValue(_output),
            parsed.GetValue(_force),
            Libc(parsed),
            RealLibc(parsed));
    }
}
