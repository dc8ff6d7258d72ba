// Reverse maps (mm/rmap.c __anon_vma_prepare; mm/vma.c find_mergeable_anon_vma, 6.18): what lets Linux find the page tables that
// map a frame. Modelled only as far as it decides which areas can merge.

namespace Faultline.Kernel;

public sealed unsafe partial class Process
{
    /// <summary>The first private page of an area gives it a reverse map: a neighbour's if the two could one day become one area, else a new one.</summary>
    private void PrepareReverseMap()
    {
        ref Vma area = ref _areas[_areaIndex];
        if (area.AnonymousRoot != 0)
            return;
        uint root = NeighbourRoot(_areaIndex + 1);
        if (root == 0)
            root = NeighbourRoot(_areaIndex - 1);
        area.AnonymousRoot = root != 0 ? root : ++_machine.LastAnonymousRoot;
    }

    /// <summary>The reverse map of a neighbour that differs at most in its permissions, and was not inherited; 0 if it has none to share.</summary>
    private uint NeighbourRoot(int index)
    {
        if ((uint)index >= (uint)_areas.Count || (_areas[index].Flags & VmaFlags.Forked) != 0)
            return 0;
        Vma low = _areas[Math.Min(index, _areaIndex)];
        Vma high = _areas[Math.Max(index, _areaIndex)];
        low.Flags |= VmaFlags.AccessMask;
        high.Flags |= VmaFlags.AccessMask;
        return low.ContinuesInto(high) ? _areas[index].AnonymousRoot : 0;
    }
}
