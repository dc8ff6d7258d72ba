using Faultline.Reporting.Views;
using Faultline.Tool.Profiling;
using Faultline.Tool.Running;
using Faultline.Tracing.Replay;

namespace Faultline.Tool.Viewing;

/// <summary>What the views are of: a trace, which is replayed under its own settings, or what a run left as JSON.</summary>
internal static class CostViewFiles
{
    /// <summary>Throws <see cref="UsageException"/> with one line where the file is neither or cannot be read.</summary>
    /// <param name="named">The words of the command line.</param>
    /// <param name="verb">That they are for.</param>
    /// <param name="lifetimes">What is wanted that only a trace tells, for the message; null: nothing.</param>
    /// <param name="within">Other allocations of a thread within which a block is temporary.</param>
    /// <param name="error">For progress, if it is a terminal.</param>
    public static CostView Open(string[] named, string verb, string? lifetimes, ulong within, TextWriter error)
    {
        if (named.Length != 1)
            throw new UsageException($"{(named.Length == 0 ? "no file" : "more than one file")} given: faultline {verb} {(verb == "temporary" ? "<trace>" : "<trace | report.json | profile>")}");
        string path = named[0];
        if (!CostFiles.IsJson(path))
            return OfTrace(path, within, error);
        if (lifetimes != null)
            throw new UsageException($"{path} is a result in JSON, which does not say how long blocks lived: {lifetimes} needs the trace (faultline run --trace FILE)");
        try
        {
            return CostViewReader.Read(File.ReadAllBytes(path), path, ProfileOutput.FolderOf(path));
        }
        catch (FormatException e)
        {
            throw new UsageException($"{path}: {e.Message}");
        }
    }

    private static CostView OfTrace(string path, ulong within, TextWriter error)
    {
        ReplayOptions options = new() { TraceName = Path.GetFileName(path), TemporaryWithin = within };
        ReplayedTrace replayed = ReplayedTrace.Run(path, options, assumes: false, overrides: false, error);
        return CostViewBuilder.Of(replayed.Report(), replayed.Result, path);
    }
}
