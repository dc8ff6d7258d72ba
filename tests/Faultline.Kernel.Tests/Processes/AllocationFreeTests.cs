namespace Faultline.Kernel.Tests;

public sealed class AllocationFreeTests
{
    /// <summary>Accesses, faults and system calls put nothing on the GC heap. What the runtime itself puts there once, while it compiles, is over in a later try.</summary>
    [Fact]
    public void NoEventAllocates()
    {
        using var machine = new Machine(new MachineOptions { RamBytes = 256UL << 20, Thp = ThpPolicy.Always });
        Process process = machine.CreateProcess(AddressSpaceLayout.X64);
        Round(process);
        Assert.Equal(0, Enumerable.Range(0, 4).Min(_ => AllocatedIn20Rounds(process)));
    }

    private static long AllocatedIn20Rounds(Process process)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 20; i++)
            Round(process);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static void Round(Process process)
    {
        VirtualAddress small = process.Mmap(default, 200 << 10, Protection.ReadWrite, MapFlags.Private).Address;
        VirtualAddress large = process.Mmap(default, 5 << 20, Protection.ReadWrite, MapFlags.Private).Address;
        process.AccessRange(small, 200 << 10, AccessKind.Read);
        process.AccessRange(large, 5 << 20, AccessKind.Write);
        for (ulong offset = 0; offset < 200 << 10; offset += 4096)
            process.Access(small + offset, AccessKind.Write);
        process.Mprotect(small, 4096, Protection.Read);
        process.Madvise(large + 4096, 8192, Advice.DontNeed);
        large = process.Mremap(large, 5 << 20, 9 << 20, mayMove: true).Address;
        process.Brk(process.CurrentBreak + (1 << 20));
        process.AccessRange(process.CurrentBreak - (1 << 20), 1 << 20, AccessKind.Write);
        process.Brk(process.CurrentBreak - (1 << 20));
        process.Munmap(small, 200 << 10);
        process.Munmap(large, 9 << 20);
    }
}
