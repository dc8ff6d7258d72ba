namespace Faultline.Kernel.Tests;

// MADV_PAGEOUT and MADV_COLD on this machine's kernel and on the model.
public sealed partial class PressureTests
{
    private const ulong PagedOut = 2000;

    /// <summary>
    /// Paged out, a page lies in swap and, until memory is short, in the swap cache too: reads are minor faults. Paged out again, nothing need
    /// be written and the memory is free at once: reads are major faults with readahead. Numbers within 1 %, or 8.
    /// </summary>
    [PressureFact]
    public void PagedOutAndReadAgain()
    {
        using var host = new PressureHost(64UL << 20);
        ulong[][] real = host.Run(RealKernel.Compile("pageout-probe.c"), "out", $"{PagedOut}");
        using Machine machine = MachineLike(host);
        Process process = machine.CreateProcess(AddressSpaceLayout.X64, machine.CreateCgroup("limited", 64UL << 20));
        VirtualAddress start = process.Mmap(default, PagedOut << 12, Protection.ReadWrite, MapFlags.Private).Address;
        process.AccessRange(start, PagedOut << 12, AccessKind.Write);
        for (int step = 0; step < 4; step++)
        {
            ulong[] before = [process.MinorFaults, process.MajorFaults, machine.Stat[VmEvent.pswpin], machine.Stat[VmEvent.pswpout], 0];
            if (step % 2 == 0)
                Assert.False(process.Madvise(start, PagedOut << 12, Advice.PageOut).Failed);
            else
                process.AccessRange(start, PagedOut << 12, AccessKind.Read);
            machine.CheckInvariants();
            ulong[] after = [process.MinorFaults, process.MajorFaults, machine.Stat[VmEvent.pswpin], machine.Stat[VmEvent.pswpout], process.Resident.Swapped];
            ulong[] model = [.. after.Zip(before, (now, then) => now - then)];
            output.WriteLine($"step {step}: kernel {string.Join(' ', real[step])}, model {string.Join(' ', model)}");
            machine.Reclaimer.FinishWrites();
            for (int i = 0; i < model.Length; i++)
                Assert.True(Math.Abs((long)model[i] - (long)real[step][i]) <= Math.Max(8, (long)model[i] / 100), $"step {step}, number {i}: kernel {real[step][i]}, model {model[i]}");
        }
    }

    /// <summary>Of two blocks that are used alike the one that is said to be cold goes first. Pages in swap within 15 %, in one run of eight.</summary>
    [PressureFact]
    public void ColdPagesGoFirst()
    {
        using var host = new PressureHost(32UL << 20);
        const ulong Pages = 3000;
        using Machine machine = MachineLike(host);
        Process process = machine.CreateProcess(AddressSpaceLayout.X64, machine.CreateCgroup("limited", 32UL << 20));
        VirtualAddress first = process.Mmap(default, Pages << 12, Protection.ReadWrite, MapFlags.Private).Address;
        VirtualAddress second = process.Mmap(default, Pages << 12, Protection.ReadWrite, MapFlags.Private).Address;
        for (int i = 0; i < 2; i++)
        {
            process.AccessRange(first, Pages << 12, AccessKind.Write);
            process.AccessRange(second, Pages << 12, AccessKind.Write);
        }

        Assert.False(process.Madvise(second, Pages << 12, Advice.Cold).Failed);
        VirtualAddress third = process.Mmap(default, Pages << 12, Protection.ReadWrite, MapFlags.Private).Address;
        process.AccessRange(third, Pages << 12, AccessKind.Write);
        ulong[] model = [Swapped(process, first, Pages), Swapped(process, second, Pages), Swapped(process, third, Pages)];
        machine.CheckInvariants();
        string probe = RealKernel.Compile("pageout-probe.c");
        bool agrees = false;
        for (int run = 0; run < Runs && !agrees; run++)
        {
            ulong[] real = host.Run(probe, "cold", $"{Pages}")[0];
            output.WriteLine($"cold: kernel {string.Join(' ', real)}, model {string.Join(' ', model)}");
            agrees = model.Zip(real).All(pair => Math.Abs((long)pair.First - (long)pair.Second) <= Math.Max(64, (long)pair.Second * 15 / 100));
        }

        Assert.True(agrees);
    }

    private static ulong Swapped(Process process, VirtualAddress start, ulong pages)
    {
        ulong count = 0;
        for (ulong page = 0; page < pages; page++)
            count += process.StateOf(start + (page << 12)) == PageState.Swapped ? 1UL : 0;
        return count;
    }

    private static Machine MachineLike(PressureHost host) => new(new MachineOptions
    {
        RamBytes = 4UL << 30,
        SwapBytes = 256UL << 20,
        SwapIsRotational = host.IsRotational,
        Swappiness = PressureHost.Swappiness,
        PageCluster = PressureHost.PageCluster,
    });
}
