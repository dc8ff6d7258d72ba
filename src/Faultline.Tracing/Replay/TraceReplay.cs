using Faultline.Libc;
using Faultline.Tracing.Events;
using Faultline.Tracing.Inspection;
using Faultline.Tracing.Session;

namespace Faultline.Tracing.Replay;

/// <summary>Replays a trace of any format through the simulated libc and kernel. Same trace and options, same result.</summary>
public static class TraceReplay
{
    /// <summary>Events read at a time; progress is told after each batch.</summary>
    private const int Batch = 4096;

    /// <summary>What a result says that was replayed with <see cref="BlockTouches"/>.</summary>
    internal const string SeenLate = "the recording saw touches late: they count from when their block was handed out or all was last looked at; a block on pages that were "
        + "touched before, of which nothing can be seen, counts as written";

    private static IEnumerable<string> NotesOf(ReplayRun run, ReplayMachine machine, string? unknownLibc, bool isSeenLate)
    {
        if (unknownLibc != null)
            yield return $"recorded with {unknownLibc}, which is not modelled here: replayed on {machine.Malloc.Profile}";
        if (isSeenLate)
            yield return SeenLate;
        if (machine.Sites.HasTooManyStacks)
            yield return "more different call stacks than a replay can keep apart: the rest is shown by site";
        if (machine.HasRecordedSpace && run.Successors > 0)
            yield return FormattableString.Invariant($"{run.Successors} threads made their first call after another had ended, and may have got its arena here; .NET's threads have ")
                + "an arena from their start on, which no recording shows: if they were there before, the program has more arenas";
    }

    /// <summary>Reads the source to its end. Progress is told in events. Throws <see cref="OutOfMemoryException"/> where the host refuses the model's tables.</summary>
    /// <param name="source">The trace.</param>
    /// <param name="options">What to replay under.</param>
    /// <param name="progress">Told events.</param>
    /// <param name="seen">Of the same trace, for settings that put blocks elsewhere than the recording had them; null: pages are touched when they were seen.</param>
    /// <param name="inspector">A fresh one, told everything on the way; null: nobody looks.</param>
    public static ReplayResult Run(
        ITraceSource source, ReplayOptions options, Action<ulong>? progress = null, BlockTouches? seen = null, ReplayInspector? inspector = null)
    {
        using ReplayMachine machine = new(source.Metadata, options);
        ReplayRun run = new(source, options, machine, seen);
        UsageMeter usage = default;
        ulong done = Drive(source, run, machine, ulong.MaxValue, ref usage, progress, inspector);
        KernelWork work = machine.Work;
        // First of all: asking the allocator for its figures is an access too, and may fault.
        machine.Charged.CountResidentPages();
        inspector?.Finish(machine, run);
        IReadOnlyList<ReplayedSite> sites = machine.Sites.ToList();
        SnapshotRecord snapshot = ReplaySnapshot.Take(machine, sites, done);
        return new()
        {
            Trace = source.Metadata,
            Names = run.HasOneSite ? OneSite(options) : source.Sites,
            Sites = sites,
            Stacks = machine.Sites.ToStacks(source.Metadata.Stacks),
            StackNames = source.Stacks,
            Snapshot = snapshot,
            Machine = machine.Options,
            Libc = machine.Malloc.Profile,
            Tunables = options.TunablesFor(source.Metadata),
            Assumed = source.Metadata.Touches == TouchKnowledge.None ? options.Touches : null,
            Work = work,
            PeakLiveBytes = machine.Sites.PeakLiveBytes,
            MeanLiveBytes = usage.MeanLiveBytes,
            MeanResidentBytes = usage.MeanResidentBytes,
            Measurements = run.Meter?.Finish(),
            Arenas = machine.Malloc.ArenaCount,
            Threads = run.ThreadCount,
            Events = done,
            IsFaithful = run.IsFaithful,
            Damage = source.Damage,
            Notes = [.. source.Notes, .. run.Oddities.Sentences(), .. PressureNotes.Of(machine, options, done), .. NotesOf(run, machine, Unknown(source.Metadata, options), seen != null)],
        };
    }

    /// <summary>
    /// Replays the first events of a source and keeps the machine as it is then. Where the trace has the program's maps, the process starts with all
    /// that they list, none of it in memory; the process has the program's name and command line.
    /// </summary>
    public static ReplayStory Play(
        ITraceSource source, ReplayOptions options, ulong lastEvent = ulong.MaxValue, BlockTouches? seen = null, ReplayInspector? inspector = null,
        Action<ulong>? progress = null)
    {
        ReplayMachine machine = RecordedProgram.Start(source.Metadata, options, out string? note);
        try
        {
            ReplayRun run = new(source, options, machine, seen);
            UsageMeter usage = default;
            ulong done = Drive(source, run, machine, lastEvent, ref usage, progress, inspector);
            inspector?.Finish(machine, run);
            return new ReplayStory(machine, done, note);
        }
        catch
        {
            machine.Dispose();
            throw;
        }
    }

    /// <summary>Applies events up to the last one wanted, the end, or the program's death by the OOM killer; answers how many.</summary>
    private static ulong Drive(
        ITraceSource source, ReplayRun run, ReplayMachine machine, ulong lastEvent, ref UsageMeter usage, Action<ulong>? progress, ReplayInspector? inspector)
    {
        inspector?.Start(machine);
        var events = new TraceEvent[Batch];
        ulong done = 0;
        try
        {
            for (int count; done < lastEvent && (count = source.Read(events)) > 0; progress?.Invoke(done))
                foreach (ref readonly TraceEvent e in events.AsSpan(0, (int)Math.Min((ulong)count, lastEvent - done)))
                {
                    done++;
                    run.Apply(e);
                    run.Meter?.After(done, machine.Malloc);
                    usage.Look(machine.Sites.LiveBytes, machine.Charged.Process.ResidentPages.Value);
                    inspector?.Look(e, machine, run);
                    if (machine.Charged.Process.HasExited)
                        return done;
                }
        }
        catch (InvalidOperationException) when (machine.Charged.Process.HasExited)
        {
            // Killed in the middle of an event: what the allocator went on to ask the kernel for has no process to be done for.
        }

        return done;
    }

    /// <summary>The glibc that a trace was recorded with, where it counts and is not modelled; else null.</summary>
    private static string? Unknown(TraceMetadata trace, ReplayOptions options)
        => options.Libc == null && trace.LibcProfile.Length > 0 && LibcProfile.Find(trace.LibcProfile) == null ? trace.LibcProfile : null;

    private static SiteTable OneSite(ReplayOptions options)
        => new([new CallSite(ReplayRun.OneSite, options.TraceName, "", "trace", "malloc", null, 0)]);
}
