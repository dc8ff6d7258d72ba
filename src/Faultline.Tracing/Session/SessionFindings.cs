namespace Faultline.Tracing.Session;

/// <summary>The findings of a session: equal ones (kind and sites) are one record that is counted up. For one writer at a time.</summary>
public static unsafe class SessionFindings
{
    /// <summary>Adds an occurrence. <paramref name="finding"/>'s Occurrences are the ones to add; the other fields count only for the first.</summary>
    public static void Record(SessionFile file, in FindingRecord finding)
    {
        ulong known = file.Header->FindingCount;
        int stored = (int)Math.Min(known, SessionLayout.FindingCapacity);
        for (int i = 0; i < stored; i++)
        {
            FindingRecord* record = file.Findings + i;
            if (!Same(*record, finding))
                continue;
            record->Occurrences += finding.Occurrences;
            return;
        }

        if (stored < SessionLayout.FindingCapacity)
            file.Findings[stored] = finding;
        Volatile.Write(ref file.Header->FindingCount, known + 1);
    }

    public static IReadOnlyList<FindingRecord> Read(SessionFile file)
    {
        int stored = (int)Math.Min(Volatile.Read(ref file.Header->FindingCount), SessionLayout.FindingCapacity);
        return new ReadOnlySpan<FindingRecord>(file.Findings, stored).ToArray();
    }

    private static bool Same(in FindingRecord a, in FindingRecord b)
        => a.Kind == b.Kind && a.AllocationSite == b.AllocationSite && a.ReleaseSite == b.ReleaseSite && a.DetectionSite == b.DetectionSite;
}
