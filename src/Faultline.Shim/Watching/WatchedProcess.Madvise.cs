using Faultline.Kernel;
using Faultline.Shim.Engine;
using Faultline.Shim.Host;
using Faultline.Shim.Ledger;

namespace Faultline.Shim.Watching;

internal sealed unsafe partial class WatchedProcess
{
    /// <summary>
    /// madvise(2) of advice that the simulated kernel knows. Dropped pages are dropped for real, populated ones populated;
    /// huge pages stay simulated, because in the arena they would hide the touches.
    /// </summary>
    /// <param name="start">Page aligned, or the call fails as the kernel's does.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="advice">Advice that the simulated kernel knows.</param>
    /// <param name="overBlocks">The pages may be dropped under blocks that live on; the allocator only drops free ones.</param>
    public SystemCallResult Madvise(VirtualAddress start, ulong length, Advice advice, bool overBlocks)
    {
        ulong end = start.Value + PageSize.Up(length);
        if (end > Arena.End)
            return SystemCallResult.Failure(Errno.ENOMEM);
        bool isValid = (start.Value & PageSize.Mask) == 0 && end >= start.Value;
        if (isValid && advice is Advice.DontNeed or Advice.Cold or Advice.PageOut)
            ObserveBeforeRelease(start.Value, end);
        ulong faults = Process.MinorFaults;
        SystemCallResult result = Process.Madvise(start, length, advice);
        ChargeRange(start.Value, Process.MinorFaults - faults);
        switch (advice)
        {
            // ENOMEM: parts of the range are not mapped, the others were emptied.
            case Advice.DontNeed when isValid && result.Error is Errno.None or Errno.ENOMEM:
                EmptyPages(start.Value, end, overBlocks);
                break;
            case Advice.PopulateRead or Advice.PopulateWrite when !result.Failed:
                HostCalls.madvise((void*)start.Value, (nuint)(end - start.Value), (int)advice);
                break;
        }

        return result;
    }

    /// <summary>The pages become absent under whatever lives there.</summary>
    private void EmptyPages(ulong start, ulong end, bool overBlocks)
    {
        for (ulong at = start; at < end;)
        {
            int index = FindMapping(at);
            ulong stop = Math.Min(end, index >= 0 ? Mappings[index].End : at < HeapEnd ? HeapEnd : at + PageSize.Bytes);
            if (index < 0 && at >= HeapEnd)
            {
                at = stop;
                continue;
            }

            if (index >= 0 && Mappings[index].Kind != MappingKind.Heap)
            {
                ForgetHeaders(Mappings[index], at, stop);
                BlockTable.DropGuard(ref Blocks.Slot(Mappings[index].Chunk));
            }
            else if (!overBlocks)
            {
                ForgetHeap(at, stop);
            }
            else
            {
                Blocks.DropGuards(at, stop);
                Blocks.DropMarkers(at, stop);
                Ledger.Empty(at, stop);
            }

            at = stop;
        }

        // Not Discard: the range stays the program's, open and as it protected it.
        HostCalls.madvise((void*)start, (nuint)(end - start), HostCalls.AdviseDontNeed);
    }

    /// <summary>Faults of a call that touched a whole range: its first page's owner pays.</summary>
    private void ChargeRange(ulong start, ulong faults)
    {
        if (faults == 0)
            return;
        int index = FindMapping(start);
        if (index < 0 || Mappings[index].Kind == MappingKind.Heap)
            ChargeHeap(start, faults);
        else
            ChargeMapping(ref Mappings[index], faults);
    }
}
