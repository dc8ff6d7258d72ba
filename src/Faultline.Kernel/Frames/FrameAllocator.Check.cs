namespace Faultline.Kernel;

internal sealed unsafe partial class FrameAllocator
{
    /// <summary>
    /// Throws <see cref="InvalidOperationException"/> unless every managed frame is exactly one of free, on a per-CPU list, or
    /// handed out, and the lists are sound. Reads every frame that was ever used.
    /// </summary>
    public void CheckInvariants()
    {
        foreach (Zone zone in _zones)
        {
            ulong free = zone.Free.CheckInvariants(Pageblocks, zone.Range);
            ulong listed = zone.CheckPerCpu();
            ulong used = CountAllocated(zone);
            if (free + listed + used != zone.Range.Managed)
                throw new InvalidOperationException($"{zone.Range.Name}: {free} free + {listed} on per-CPU lists + {used} handed out is not {zone.Range.Managed} managed");
        }
    }

    private ulong CountAllocated(Zone zone)
    {
        ulong used = 0;
        for (uint pfn = zone.Range.FirstManaged; pfn < zone.Range.End;)
        {
            if (zone.Free.IsUntouched(pfn))
            {
                pfn += zone.Free.UntouchedPages;
                continue;
            }

            Frame frame = Frames[pfn];
            const FrameFlags Block = FrameFlags.Buddy | FrameFlags.PerCpu | FrameFlags.Allocated;
            if (System.Numerics.BitOperations.PopCount((uint)(frame.Flags & Block)) != 1)
                throw new InvalidOperationException($"{zone.Range.Name}: frame {pfn} is neither free nor handed out: {frame.Flags}");
            if ((frame.Flags & FrameFlags.Allocated) != 0)
                used += 1UL << frame.Order;
            pfn += 1u << frame.Order;
        }

        return used;
    }
}
