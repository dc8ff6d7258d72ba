using Faultline.Kernel;

namespace Faultline.Tool.Verifying;

/// <summary>One scenario's counters: minor faults, and the change of resident pages where that is compared.</summary>
internal sealed record ProbeRow(string Scenario, long ModelFaults, long RealFaults, long ModelResident, long RealResident)
{
    public bool Same => ModelFaults == RealFaults && ModelResident == RealResident;
}

/// <summary>The scenarios of probe.c on the simulated kernel, beside what the real one counted.</summary>
internal static class KernelProbe
{
    private const ulong Area = 8UL << 20;
    private const long NotCompared = -1;

    /// <summary>Rows in the order of the driver's lines, "name faults resident".</summary>
    public static IReadOnlyList<ProbeRow> Compare(string[] real)
    {
        Dictionary<string, (long Faults, long Resident)> model = Simulate();
        List<ProbeRow> rows = [];
        foreach (string line in real)
        {
            string[] words = line.Split(' ');
            (long faults, long resident) = model[words[0]];
            rows.Add(new(words[0], faults, long.Parse(words[1]), resident, long.Parse(words[2])));
        }

        return rows;
    }

    private static Dictionary<string, (long Faults, long Resident)> Simulate()
    {
        using Machine machine = new(new MachineOptions());
        Process process = machine.CreateProcess(AddressSpaceLayout.X64);
        Dictionary<string, (long, long)> rows = [];
        void Measure(string name, Action act, bool resident = true, Process? of = null)
        {
            Process counted = of ?? process;
            long faults = (long)counted.MinorFaults, pages = (long)counted.ResidentPages.Value;
            act();
            rows[name] = ((long)counted.MinorFaults - faults, resident ? (long)counted.ResidentPages.Value - pages : NotCompared);
        }

        VirtualAddress p = Map(process, MapFlags.None);
        void Read() => process.AccessRange(p, Area, AccessKind.Read);
        void Write() => process.AccessRange(p, Area, AccessKind.Write);

        Measure("map", () => { });
        Measure("read", Read);
        Measure("write-after-read", Write);
        Measure("write-again", Write);
        Measure("dontneed-and-write", () =>
        {
            process.Madvise(p, Area, Advice.DontNeed);
            Write();
        });
        Measure("mprotect-and-write", () =>
        {
            process.Mprotect(p, Area, Protection.Read);
            process.Mprotect(p, Area, Protection.ReadWrite);
            Write();
        });
        Process child = process.Fork()!;
        Measure("fork-child-writes", () => child.AccessRange(p, Area, AccessKind.Write), resident: false, of: child);
        child.Exit();
        Measure("parent-writes-after-child", Write);

        p = Map(process, MapFlags.Populate);
        Measure("write-after-map-populate", Write);
        p = Map(process, MapFlags.None);
        Measure("populate-read", () => process.Madvise(p, Area, Advice.PopulateRead));
        Measure("populate-write", () => process.Madvise(p, Area, Advice.PopulateWrite));
        Measure("write-after-populate", Write);

        p = Map(process, MapFlags.None);
        process.Madvise(p, Area, Advice.HugePage);
        Measure("huge-write", Write);
        p = Map(process, MapFlags.None);
        process.Madvise(p, Area, Advice.HugePage);
        Measure("huge-read", Read);
        Measure("huge-write-after-read", Write);
        return rows;
    }

    /// <summary>At a multiple of 2 MiB, as the driver does it.</summary>
    private static VirtualAddress Map(Process process, MapFlags flags)
    {
        const ulong Huge = 2UL << 20;
        ulong room = process.Mmap(VirtualAddress.Null, Area + Huge, Protection.None, MapFlags.Private | MapFlags.NoReserve).Address.Value;
        VirtualAddress start = new((room + Huge - 1) & ~(Huge - 1));
        return process.Mmap(start, Area, Protection.ReadWrite, MapFlags.Private | MapFlags.Fixed | flags).Address;
    }
}
