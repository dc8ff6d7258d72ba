using Faultline.Libc;
using Faultline.Tracing.Events;
using Faultline.Tracing.Replay;
using Faultline.Tracing.Session;

namespace Faultline.Reporting;

/// <summary>
/// What a replayed report is of: the trace's file, who made it, how many events were replayed, why it ended early (null where it did
/// not), what is known of touches in one word and in a sentence, the allocator's settings ("" for none), and the machine's swap.
/// </summary>
public sealed record ReplayFacts(
    string Trace, string Source, ulong Events, string? Damage, string Touches, string TouchesText, string Tunables, ulong SwapBytes = 0)
{
    public static ReplayFacts Of(ReplayResult replay, string trace)
    {
        (string touches, string text) = TouchesOf(replay);
        return new(trace, replay.Trace.Source, replay.Events, replay.Damage?.ToString().ReplaceLineEndings(" "), touches, text, replay.Tunables, replay.Machine.SwapBytes);
    }

    /// <summary>A replay in the form in which a program under watch leaves its figures.</summary>
    public static SessionReading ReadingOf(ReplayResult replay)
    {
        SessionHeader header = new()
        {
            RamBytes = replay.Machine.RamBytes,
            Cpus = (uint)replay.Machine.Cpus,
            LibcNumber = LibcProfile.NumberOf(replay.Libc),
            ThpPolicy = (uint)replay.Machine.Thp,
            SiteCount = (uint)replay.Names.Sites.Count,
            State = SessionState.Finished,
            EventCount = replay.Events,
        };
        string arenas = $"{Quantity.Count((ulong)replay.Arenas, "arena")}, {Quantity.Count((ulong)replay.Threads, "thread")}";
        List<SessionNote> notes = [new("threads", arenas)];
        notes.AddRange(replay.Notes.Select(note => new SessionNote("replay", note)));
        if (replay.Snapshot.UnbackedPages > 0)
            notes.Add(new("replay", $"{Quantity.Count(replay.Snapshot.UnbackedPages, "access", "accesses")} found no free frame: the machine has too little memory (--ram)"));
        return new(header, replay.Snapshot, [.. replay.Sites.Select(site => new SiteReading(site.Id, site.Counters))], [], notes);
    }

    private static (string Word, string Text) TouchesOf(ReplayResult replay) => replay.Assumed switch
    {
        AssumedTouches.Written => ("assumed", "assumed: the trace has no touches; every block counts as written whole right after its allocation"),
        AssumedTouches.None => ("none", "none: the trace has no touches; only what the allocator itself touches is counted"),
        _ when replay.Trace.Touches == TouchKnowledge.Observed => ("observed", "observed: pages that the recording saw present, moved to where the replay put their blocks"),
        _ => ("declared", "declared: the trace says which bytes of its blocks were touched"),
    };
}
