// One swap area: its slots and who uses them (mm/swapfile.c, mm/swap_table.h, 6.18). A slot is one page of the area, numbered
// from 1 (0 is the header). It is in use while entries of page tables name it, or while a page in memory is its cache.
//
//    0                 8          12       14     16
//   ┌─────────────────┬──────────┬────────┬───────┐   cache: frame that holds the same page, 0 if none
//   │ shadow          │ cache    │ count  │ group │   count: entries of page tables that name the slot
//   └─────────────────┴──────────┴────────┴───────┘   shadow: what Workingset left when the page was evicted

using System.Runtime.InteropServices;
using Faultline.Kernel.Host;

namespace Faultline.Kernel;

[StructLayout(LayoutKind.Sequential)]
internal struct SwapSlot
{
    public ulong Shadow;
    public uint Cache;
    public ushort Count;
    public ushort Cgroup;

    public readonly bool IsFree => Cache == 0 && Count == 0;
}

/// <summary>The machine's swap area; none has no slots. Memory is used in proportion to the slots that were ever used.</summary>
internal sealed unsafe partial class SwapArea : IDisposable
{
    private readonly ReservedMemory _memory;
    private readonly SwapSlot* _slots;
    private readonly VmStat _stat;
    private ulong[] _usedBy = new ulong[1];

    /// <param name="pages">Pages of the area, its header included; 0: no swap.</param>
    /// <param name="rotational">A disk with moving heads: one cluster is filled at a time, by all processors.</param>
    /// <param name="cpus">Processors of the machine: on a solid-state device each fills a cluster of its own.</param>
    /// <param name="stat">The machine's counters.</param>
    public SwapArea(ulong pages, bool rotational, int cpus, VmStat stat)
    {
        IsOn = pages != 0;
        End = (uint)pages;
        Rotational = rotational;
        _stat = stat;
        _memory = new ReservedMemory((pages + 1) * (ulong)sizeof(SwapSlot));
        _slots = (SwapSlot*)_memory.Start;
        _next = new uint[rotational ? 1 : cpus];
        MakeClusters();
    }

    /// <summary>In use: pages may be sent there (SWP_WRITEOK). Those that are there can be read in either case.</summary>
    public bool IsOn { get; set; }

    /// <summary>Pages that it can hold (SwapTotal).</summary>
    public ulong Pages => IsOn ? End - 1 : 0;

    public ulong Used { get; private set; }

    public ulong Free => IsOn ? Pages - Used : 0;

    /// <summary>One above the last slot.</summary>
    public uint End { get; }

    public bool Rotational { get; }

    /// <summary>Less than half of it is free: slots whose page is in memory are given back early (vm_swap_full).</summary>
    public bool IsFilling => Free * 2 < Pages;

    public ref SwapSlot this[uint slot] => ref _slots[slot];

    /// <summary>A slot whose cache the frame becomes; 0 if the area is full.</summary>
    public uint Allocate(int cpu, uint frame, ushort cgroup)
    {
        uint slot = TakeSlot(_next.Length == 1 ? 0 : cpu);
        if (slot == 0)
            return 0;
        _slots[slot] = new SwapSlot { Cache = frame, Cgroup = cgroup };
        Used++;
        CountOf(cgroup)++;
        Cached(1);
        return slot;
    }

    /// <summary>One more page-table entry names the slot. False past 65,535 of them.</summary>
    public bool TryDuplicate(uint slot)
    {
        if (_slots[slot].Count == ushort.MaxValue)
            return false;
        _slots[slot].Count++;
        return true;
    }

    /// <summary>One page-table entry less.</summary>
    public void Put(uint slot)
    {
        if (--_slots[slot].Count == 0 && _slots[slot].Cache == 0)
            Release(slot);
    }

    /// <summary>The page was read in; from now on the frame is the slot's cache.</summary>
    public void SetCache(uint slot, uint frame)
    {
        _slots[slot].Cache = frame;
        _slots[slot].Shadow = 0;
        Cached(1);
    }

    /// <summary>The frame is no longer the slot's cache; the slot is free if no entry names it.</summary>
    public void DropCache(uint slot, ulong shadow)
    {
        _slots[slot].Cache = 0;
        _slots[slot].Shadow = shadow;
        Cached(-1);
        if (_slots[slot].Count == 0)
            Release(slot);
    }

    public void Dispose() => _memory.Dispose();

    private void Release(uint slot)
    {
        CountOf(_slots[slot].Cgroup)--;
        _slots[slot] = default;
        Used--;
        FreeInCluster(slot);
    }

    /// <summary>Slots in use by the pages of a memory cgroup; 0: of none.</summary>
    public ulong UsedBy(ushort cgroup) => cgroup < _usedBy.Length ? _usedBy[cgroup] : 0;

    private ref ulong CountOf(ushort cgroup)
    {
        if (cgroup >= _usedBy.Length)
            Array.Resize(ref _usedBy, cgroup + 1);
        return ref _usedBy[cgroup];
    }

    private void Cached(long pages)
    {
        _stat[VmEvent.nr_swapcached] += (ulong)pages;
        _stat[VmEvent.nr_file_pages] += (ulong)pages;
    }
}
