namespace Faultline.Tracing.Session;

/// <summary>
/// The two snapshot records of a session, written in turn so that one is always whole: a program killed in the middle of
/// a snapshot leaves the one before. Sequence numbers are even when a record is whole: 2, 4, 6 …
/// </summary>
public static unsafe class SessionSnapshots
{
    /// <summary>Writes the next snapshot (its Sequence field is set here). For one writer at a time.</summary>
    public static void Write(SessionFile file, in SnapshotRecord snapshot)
    {
        ulong newest = Math.Max(Whole(Slot(file, 0)), Whole(Slot(file, 1)));
        ulong next = newest + 2;
        SnapshotRecord* slot = Slot(file, (int)(next >> 1) & 1);
        Volatile.Write(ref slot->Sequence, next - 1);
        Interlocked.MemoryBarrier();
        SnapshotRecord copy = snapshot;
        copy.Sequence = next - 1;
        *slot = copy;
        Volatile.Write(ref slot->Sequence, next);
    }

    /// <summary>The newest whole snapshot; false when none was taken.</summary>
    public static bool TryRead(SessionFile file, out SnapshotRecord snapshot)
    {
        // A writer that is still running may overwrite the record while it is copied; it cannot do so for ever.
        for (int attempt = 0; attempt < 1000; attempt++)
        {
            SnapshotRecord* slot = Slot(file, Whole(Slot(file, 0)) > Whole(Slot(file, 1)) ? 0 : 1);
            ulong before = Volatile.Read(ref slot->Sequence);
            snapshot = *slot;
            Interlocked.MemoryBarrier();
            if (before == 0)
                return false;
            if ((before & 1) == 0 && Volatile.Read(ref slot->Sequence) == before)
                return true;
        }

        snapshot = default;
        return false;
    }

    private static ulong Whole(SnapshotRecord* slot)
    {
        ulong sequence = Volatile.Read(ref slot->Sequence);
        return (sequence & 1) == 0 ? sequence : 0;
    }

    private static SnapshotRecord* Slot(SessionFile file, int index)
        => (SnapshotRecord*)((byte*)file.Header + SessionLayout.SnapshotsOffset) + index;
}
