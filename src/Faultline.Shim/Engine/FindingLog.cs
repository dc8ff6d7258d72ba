using Faultline.Kernel.Host;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Engine;

/// <summary>Writes findings and notes into the session. Its own lock is the last of all: no other is taken under it.</summary>
internal sealed class FindingLog(SessionFile session)
{
    private int _lock;

    private int CurrentSite => EngineThread.Current is { } thread && thread.Engine.Session == session ? thread.CurrentSite : 0;

    /// <summary>Detected at the site of the routed call under way.</summary>
    public void Add(FindingKind kind, ulong address, ulong amount, in BlockTag tag = default, ulong blockAddress = 0)
    {
        HostLock.Enter(ref _lock);
        SessionFindings.Record(session, new FindingRecord
        {
            Kind = kind,
            AllocationSite = tag.AllocationSite,
            ReleaseSite = tag.ReleaseSite,
            DetectionSite = (uint)CurrentSite,
            Occurrences = 1,
            Address = address,
            BlockAddress = blockAddress,
            BlockBytes = tag.RequestedBytes,
            Amount = amount,
        });
        HostLock.Exit(ref _lock);
    }

    public void Note(string kind, string text)
    {
        HostLock.Enter(ref _lock);
        SessionNotes.Append(session, kind, text);
        HostLock.Exit(ref _lock);
    }
}
