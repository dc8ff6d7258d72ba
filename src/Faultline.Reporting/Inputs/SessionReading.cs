using Faultline.Tracing.Session;

namespace Faultline.Reporting;

// What a session file holds, taken out of shared memory once: a report is a function of this value, so that two writers
// of one report can never see two states of a program that is still running.

/// <summary>The counters of one site id; 0 is calls without a site.</summary>
public readonly record struct SiteReading(int Id, SiteCounters Counters);

/// <summary>
/// A session file's contents. <paramref name="Snapshot"/> is null if none was completed; <paramref name="Sites"/> are by rising id,
/// those that nothing happened at are left out.
/// </summary>
public sealed record SessionReading(
    SessionHeader Header,
    SnapshotRecord? Snapshot,
    IReadOnlyList<SiteReading> Sites,
    IReadOnlyList<FindingRecord> Findings,
    IReadOnlyList<SessionNote> Notes)
{
    /// <summary>The notes of one kind, in the order they were left.</summary>
    public IEnumerable<string> NotesOf(string kind) => Notes.Where(n => n.Kind == kind).Select(n => n.Text);

    /// <summary>Copies what a session file holds now.</summary>
    public static SessionReading Take(SessionFile file)
    {
        SessionHeader header = SessionCounters.ReadHeader(file);
        List<SiteReading> sites = [];
        SiteCounters[] all = SessionCounters.ReadAll(file);
        for (int id = 0; id < all.Length; id++)
        {
            SiteCounters counters = all[id];
            if (counters.Calls > 0 || counters.MinorFaults > 0 || counters.ResidentPages > 0)
                sites.Add(new(id, counters));
        }

        SnapshotRecord? snapshot = SessionSnapshots.TryRead(file, out SnapshotRecord whole) ? whole : null;
        return new(header, snapshot, sites, SessionFindings.Read(file), SessionNotes.Read(file));
    }
}
