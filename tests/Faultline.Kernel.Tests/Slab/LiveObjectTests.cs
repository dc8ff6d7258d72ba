using System.Globalization;
using Xunit.Abstractions;

namespace Faultline.Kernel.Tests;

/// <summary>
/// What known actions take of the kernel's caches: the model to the object, this machine's /proc/slabinfo within 4 %, in one run of five, since
/// others work on it too and since what processors keep counts as in use there.
/// </summary>
public sealed class LiveObjectTests(ITestOutputHelper output)
{
    private const int Areas = 15_000;

    /// <summary>Objects by which others may change a cache meanwhile.</summary>
    private const long Noise = 200;
    private const int Tries = 5;
    private static readonly string[] s_caches = ["vm_area_struct", "anon_vma", "anon_vma_chain", "radix_tree_node"];

    [SlabInfoFact]
    public void AreasOfWrittenPages()
    {
        using var machine = new Machine(new MachineOptions { RamBytes = 1UL << 30 });
        Process process = machine.CreateProcess(AddressSpaceLayout.X64);
        VirtualAddress start = process.Mmap(default, Areas * 8192UL, Protection.None, MapFlags.Private | MapFlags.NoReserve).Address;
        Process? child = null;
        Compare(machine, ["areas", $"{Areas}"], [
            () => Write(process, start),
            () => child = process.Fork(),
            () => child!.Exit(),
            () => process.Munmap(start, Areas * 8192UL)]);
    }

    /// <summary>64 pages share a node of the index, and 64 nodes a node above.</summary>
    [SlabInfoFact]
    public void PagesOfAFileInMemory() => Pages("pages", 100_000, 1);

    /// <summary>A node each.</summary>
    [SlabInfoFact]
    public void PagesFarApart() => Pages("sparse", 15_000, 64);

    private void Pages(string word, int pages, int apart)
    {
        using var machine = new Machine(new MachineOptions { RamBytes = 4UL << 30 });
        Process process = machine.CreateProcess(AddressSpaceLayout.X64);
        OpenFile file = machine.Files.CreateMemfd("probe", 0);
        Compare(machine, [word, $"{pages}"], [
            () =>
            {
                for (ulong page = 0; page < (ulong)pages; page++)
                    process.Write(file, (page * (ulong)apart) << 12, 4096);
            },
            () => machine.Files.Close(file)]);
    }

    private static void Write(Process process, VirtualAddress start)
    {
        for (ulong i = 0; i < Areas; i++)
        {
            process.Mprotect(start + (i << 13), 4096, Protection.ReadWrite);
            process.Access(start + (i << 13), AccessKind.Write);
        }
    }

    private void Compare(Machine machine, string[] words, Action[] steps)
    {
        long[][] model = [.. steps.Select(step => Changes(machine, step))];
        string? differs = "";
        for (int run = 0; run < Tries && differs != null; run++)
            differs = Difference(words[0], model, Run(words));
        Assert.True(differs == null, differs);
    }

    /// <summary>What the action does not take is others' doing.</summary>
    private string? Difference(string action, long[][] model, long[][] real)
    {
        Assert.Equal(model.Length, real.Length);
        string? first = null;
        for (int i = 0; i < model.Length; i++)
        {
            output.WriteLine($"{action} step {i}: kernel {string.Join(' ', real[i])}, model {string.Join(' ', model[i])}");
            for (int cache = 0; cache < s_caches.Length; cache++)
                if (model[i][cache] != 0 && Math.Abs(model[i][cache] - real[i][cache]) > Math.Max(Math.Abs(model[i][cache]) / 25, Noise))
                    first ??= $"{action}, step {i}: {s_caches[cache]} changes by {real[i][cache]} objects, in the model by {model[i][cache]}";
        }

        return first;
    }

    private static long[] Changes(Machine machine, Action step)
    {
        long[] before = Counts(machine);
        step();
        machine.CheckInvariants();
        return [.. Counts(machine).Zip(before, (now, then) => now - then)];
    }

    private static long[] Counts(Machine machine) =>
        [.. new[] { machine.Caches.VmAreaStruct, machine.Caches.AnonVma, machine.Caches.AnonVmaChain, machine.Caches.RadixTreeNode }.Select(cache => (long)cache.ObjectsInUse)];

    private static long[][] Run(string[] words)
    {
        string probe = RealKernel.Compile("slab-probe.c");
        using System.Diagnostics.Process process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(probe, words) { RedirectStandardOutput = true })!;
        string printed = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return [.. printed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ').Select(word => long.Parse(word, CultureInfo.InvariantCulture)).ToArray())];
    }
}
