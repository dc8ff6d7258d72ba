// The reverse map of an area's private pages (mm/rmap.c __anon_vma_prepare; mm/vma.c find_mergeable_anon_vma, 6.18).

using System.Runtime.CompilerServices;

namespace Faultline.Kernel;

public sealed unsafe partial class Process
{
    /// <summary>The first private page of the selected area gives it a reverse map: a neighbour's if the two could one day become one area, else a new one. False when kernel memory ran out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool PrepareReverseMap() => _areas[_areaIndex].AnonVma != null || NewReverseMap();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool NewReverseMap()
    {
        AnonVma* map = NeighbourMap(_areaIndex + 1);
        if (map == null)
            map = NeighbourMap(_areaIndex - 1);
        return _areas.TryPrepare(_areaIndex, map);
    }

    /// <summary>The reverse map of a neighbour that differs at most in its permissions, and was not inherited; null if it has none to share.</summary>
    private AnonVma* NeighbourMap(int index)
    {
        if ((uint)index >= (uint)_areas.Count || (_areas[index].Flags & VmaFlags.Forked) != 0)
            return null;
        Vma low = _areas[Math.Min(index, _areaIndex)];
        Vma high = _areas[Math.Max(index, _areaIndex)];
        low.Flags |= VmaFlags.AccessMask;
        high.Flags |= VmaFlags.AccessMask;
        return low.ContinuesInto(high) ? _areas[index].AnonVma : null;
    }
}
