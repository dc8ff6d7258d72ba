using Faultline.Tracing.Session;

namespace Faultline.Shim.Engine;

/// <summary>Writes findings into the session. Callers hold the engine's lock.</summary>
internal sealed class FindingLog(SessionFile session)
{
    /// <summary>Site of the routed call under way: where a finding is detected.</summary>
    public int CurrentSite { get; set; }

    public void Add(FindingKind kind, ulong address, ulong amount, in BlockTag tag = default, ulong blockAddress = 0)
        => SessionFindings.Record(session, new FindingRecord
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

    public void Note(string kind, string text) => SessionNotes.Append(session, kind, text);
}
