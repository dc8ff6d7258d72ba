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
        Assert.Equal(0, AllocatedIn20Rounds(() => Round(process)));
    }

    /// <summary>The least of four tries.</summary>
    private static long AllocatedIn20Rounds(Action round)
    {
        long least = long.MaxValue;
        for (int tries = 0; tries < 4; tries++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 20; i++)
                round();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }

    /// <summary>Nor do faults on mapped files, reading and writing them, write-back and dropping what was cached.</summary>
    [Theory]
    [InlineData(FolioPolicy.SmallPages)]
    [InlineData(FolioPolicy.LargeFolios)]
    public void NoFileEventAllocates(FolioPolicy folios)
    {
        using var machine = new Machine(new MachineOptions { RamBytes = 256UL << 20, Files = new FileSettings { Folios = folios } });
        Process process = machine.CreateProcess(AddressSpaceLayout.X64);
        OpenFile disk = machine.Files.Open(machine.Files.Create("disk", 5 << 20)), memory = machine.Files.Open(machine.Files.Create("memory", 5 << 20, FileKind.Tmpfs));
        for (int i = 0; i < 5; i++)
            FileRound(process, disk, memory);
        Assert.Equal(0, AllocatedIn20Rounds(() => FileRound(process, disk, memory)));
        machine.CheckInvariants();
    }

    private static void FileRound(Process process, OpenFile disk, OpenFile memory)
    {
        VirtualAddress copied = process.Mmap(default, 5 << 20, Protection.ReadWrite, MapFlags.Private, disk, 0).Address;
        VirtualAddress shared = process.Mmap(default, 5 << 20, Protection.ReadWrite, MapFlags.Shared, disk, 0).Address;
        VirtualAddress inMemory = process.Mmap(default, 5 << 20, Protection.ReadWrite, MapFlags.Shared, memory, 0).Address;
        process.AccessRange(copied, 5 << 20, AccessKind.Read);
        process.AccessRange(copied + 4096, 1 << 20, AccessKind.Write);
        process.AccessRange(shared, 5 << 20, AccessKind.Write);
        process.AccessRange(inMemory, 5 << 20, AccessKind.Write);
        process.Msync(shared, 5 << 20);
        process.Madvise(inMemory, 1 << 20, Advice.DontNeed);
        process.Munmap(copied, 5 << 20);
        process.Munmap(shared, 5 << 20);
        process.Munmap(inMemory, 5 << 20);
        process.Write(disk, 0, 3 << 20);
        process.Fsync(disk);
        process.Fadvise(disk, 0, 0, FileAdvice.DontNeed);
        process.Read(disk, 0, 5 << 20);
        process.Fadvise(disk, 0, 0, FileAdvice.DontNeed);
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
