namespace Faultline.Kernel.Tests;

/// <summary>A machine all of whose memory was taken page by page and every second page given back: half is free, and no two pages of it are neighbours. Every last page can be taken: without watermarks no large block is left over.</summary>
internal sealed class FragmentedMachine : IDisposable
{
    private const ulong Ram = 128UL << 20;

    public FragmentedMachine(Migratetype type, ulong swapBytes = 0)
    {
        Machine = new Machine(new MachineOptions { RamBytes = Ram, Thp = ThpPolicy.MadviseOnly, SwapBytes = swapBytes });
        Machine.DrainPerCpuLists();
        foreach (Zone zone in Machine.Frames.Zones)
            zone.SetLimits(default, [0, 0, 0]);
        Init = Machine.CreateProcess(AddressSpaceLayout.X64);
        if (type == Migratetype.Movable)
            FillByProcess();
        else
            FillByKernel();
        Machine.DrainPerCpuLists();
        Machine.CheckInvariantsOfFrames();
    }

    public Machine Machine { get; }

    public Process Init { get; }

    public VirtualAddress Start { get; private set; }

    public VmStat Stat => Machine.Stat;

    /// <summary>The zone that has most of the memory.</summary>
    public Zone Zone => Machine.Frames.Zones[1];

    public ulong[] FreeBlocks => [.. Enumerable.Range(0, Order.Count).Select(Zone.Free.Blocks)];

    public uint Allocate(int order, Migratetype type = Migratetype.Movable) => Machine.Frames.Allocate(0, order, type, AllocationFlags.None);

    public void Dispose() => Machine.Dispose();

    private void FillByProcess()
    {
        Start = Init.Mmap(default, Ram, Protection.ReadWrite, MapFlags.Private | MapFlags.NoReserve).Address;
        Init.AccessRange(Start, Ram, AccessKind.Write);
        for (ulong offset = 0; offset < Ram; offset += 2 * PageSize.Bytes)
            Init.Madvise(Start + offset, PageSize.Bytes, Advice.DontNeed);
    }

    private void FillByKernel()
    {
        var taken = new List<uint>();
        while (Machine.Frames.AllocatePage(0, Migratetype.Unmovable) is var pfn and not FrameAllocator.None)
            taken.Add(pfn);
        foreach (uint pfn in taken.Where(pfn => pfn % 2 == 0))
            Machine.Frames.Free(0, pfn, 0);
    }
}

internal static class MachineChecks
{
    /// <summary>Free lists alone: pages that a test took belong to nobody the machine knows.</summary>
    public static void CheckInvariantsOfFrames(this Machine machine) => machine.Frames.CheckInvariants();
}
