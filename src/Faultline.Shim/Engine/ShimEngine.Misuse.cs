using System.Runtime.CompilerServices;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Engine;

// Pointers of the arena that are not the start of a live block: reported with what is known of the place, and ignored.
internal sealed unsafe partial class ShimEngine
{
    /// <summary><paramref name="whenFreed"/> is the finding for a block that was freed before.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ReportWrongFree(ulong user, FindingKind whenFreed)
    {
        _watched.Lock();
        ReportWrongAddress(user, whenFreed);
        _watched.Unlock();
    }

    /// <summary>The same under the lock of the simulated kernel, which the place is looked up under.</summary>
    private void ReportWrongAddress(ulong user, FindingKind whenFreed)
    {
        if (TryFindEnclosing(user, out BlockTag tag, out ulong block))
        {
            _findings.Add(FindingKind.FreeOfInteriorPointer, user, user - block, tag, block);
            return;
        }

        ulong chunk = Math.Max(user, _arenaStart + BlockTable.HeaderBytes) - BlockTable.HeaderBytes;
        tag = _blocks.Slot(chunk);
        if (BlockTable.IsFreed(tag, chunk))
            _findings.Add(whenFreed, user, 0, tag, user);
        else
            _findings.Add(FindingKind.FreeOfUnknownPointer, user, 0);
    }

    /// <summary>The live block that an address is inside of.</summary>
    private bool TryFindEnclosing(ulong address, out BlockTag tag, out ulong block)
    {
        if (_watched.IsHeap(address))
        {
            ref BlockTag nearest = ref _blocks.NearestLiveBelow(address, out ulong chunk);
            tag = Unsafe.IsNullRef(ref nearest) ? default : nearest;
            block = chunk + BlockTable.HeaderBytes;
            return tag.IsLive && address >= block && address < block + _malloc.UsableSize(block);
        }

        int index = _watched.Mappings.Find(address);
        bool found = index >= 0 && _watched.Mappings[index].HasOwner;
        ulong start = found ? _watched.Mappings[index].Chunk : 0;
        tag = found ? _blocks.Slot(start) : default;
        block = found ? SessionBlocks.Describe(tag, start & ~(ulong)(SessionLayout.BytesPerBlockTag - 1)).Address : 0;
        return found;
    }
}
