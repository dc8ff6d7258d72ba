using System.Globalization;

namespace Faultline.Kernel.Tests;

/// <summary>A test that reads memory.stat of a version 2 cgroup of this machine.</summary>
public sealed class CgroupVersion2FactAttribute : FactAttribute
{
    public CgroupVersion2FactAttribute()
    {
        if (Stat == null)
            Skip = "SKIPPED: no cgroup of this machine has the memory controller of version 2, so line names cannot be held against this kernel";
    }

    /// <summary>The file of some cgroup below the root, or null.</summary>
    public static string? Stat => Directory.Exists("/sys/fs/cgroup")
        ? Directory.EnumerateDirectories("/sys/fs/cgroup").Where(folder => File.Exists(Path.Combine(folder, "memory.max"))).Select(folder => Path.Combine(folder, "memory.stat")).FirstOrDefault(File.Exists)
        : null;
}

/// <summary>The files of a memory cgroup under the simulated /sys/fs/cgroup.</summary>
public sealed class CgroupFilesTests : IDisposable
{
    /// <summary>Lines of memory.stat that Documentation/admin-guide/cgroup-v2.rst names, in their order.</summary>
    private static readonly string[] s_documented = """
        anon file kernel kernel_stack pagetables sec_pagetables percpu sock vmalloc shmem zswap zswapped file_mapped file_dirty file_writeback
        swapcached anon_thp file_thp shmem_thp inactive_anon active_anon inactive_file active_file unevictable slab_reclaimable
        slab_unreclaimable slab workingset_refault_anon workingset_refault_file workingset_activate_anon workingset_activate_file
        workingset_restore_anon workingset_restore_file workingset_nodereclaim pgscan pgsteal pswpin pswpout pgscan_kswapd pgscan_direct
        pgscan_khugepaged pgscan_proactive pgsteal_kswapd pgsteal_direct pgsteal_khugepaged pgsteal_proactive pgfault pgmajfault pgrefill
        pgactivate pgdeactivate pglazyfree pglazyfreed swpin_zero swpout_zero zswpin zswpout zswpwb thp_fault_alloc thp_collapse_alloc
        thp_swpout thp_swpout_fallback
        """.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);

    private readonly Machine _machine = new(new MachineOptions { RamBytes = 1UL << 30, SwapBytes = 64UL << 20 });
    private readonly MemoryCgroup _group;
    private readonly Process _process;

    public CgroupFilesTests()
    {
        _group = _machine.CreateCgroup("box", 8UL << 20);
        _process = _machine.CreateProcess(AddressSpaceLayout.X64, _group);
    }

    public void Dispose()
    {
        _machine.CheckInvariants();
        _machine.Dispose();
    }

    [Fact]
    public void StatHasTheDocumentedLines()
    {
        string[] names = Names(Read("memory.stat"));
        Assert.Equal(s_documented, names.Where(name => !name.StartsWith("pgdemote", StringComparison.Ordinal)));
        Assert.Equal(["pgdemote_kswapd", "pgdemote_direct", "pgdemote_khugepaged", "pgdemote_proactive"], names.Where(name => name.StartsWith("pgdemote", StringComparison.Ordinal)));
    }

    /// <summary>Lines of what this kernel was built without, or with and the model has not, aside.</summary>
    [CgroupVersion2Fact]
    public void StatHasTheLinesOfThisKernel()
    {
        string[] live = Names(File.ReadAllText(CgroupVersion2FactAttribute.Stat!)), own = Names(Read("memory.stat"));
        Assert.Equal(live.Intersect(own), own.Intersect(live));
        Assert.True(own.Intersect(live).Count() > 40, $"{own.Intersect(live).Count()} lines are this kernel's");
    }

    /// <summary>16 MiB written in a cgroup of 8: what does not fit lies in swap, and every figure says the same.</summary>
    [Fact]
    public void FiguresAddUp()
    {
        VirtualAddress start = _process.Mmap(default, 16UL << 20, Protection.ReadWrite, MapFlags.Private).Address;
        _process.AccessRange(start, 16UL << 20, AccessKind.Write);
        OpenFile file = _machine.Files.Open(_machine.Files.Create("/data", 1UL << 20));
        VirtualAddress mapped = _process.Mmap(default, 1UL << 20, Protection.ReadWrite, MapFlags.Shared, file, 0).Address;
        _process.AccessRange(mapped, 64 << 10, AccessKind.Write);
        ulong current = Value("memory.current");
        Assert.InRange(current, 4UL << 20, 8UL << 20);
        Assert.Equal(8UL << 20, Value("memory.max"));
        Assert.InRange(Value("memory.peak"), current, 8UL << 20);
        Assert.Equal(_process.Resident.Anonymous << 12, Stat("anon"));
        Assert.Equal((16UL, 16UL), (Stat("file_mapped") >> 12, Stat("file_dirty") >> 12));
        Assert.Equal(Stat("file") - Stat("swapcached"), file.Inode.CachedPages.Bytes.Value);
        Assert.InRange(Value("memory.swap.current"), _process.Resident.Swapped << 12, (_process.Resident.Swapped << 12) + Stat("swapcached"));
        ulong lists = Stat("inactive_anon") + Stat("active_anon") + Stat("inactive_file") + Stat("active_file") + Stat("unevictable");
        Assert.InRange(current - lists - Stat("pagetables"), 0UL, 64UL << 12);
        Assert.Equal((_process.MinorFaults + _process.MajorFaults, _process.MajorFaults), (Stat("pgfault"), Stat("pgmajfault")));
        Assert.Equal((_machine.Stat[VmEvent.pswpout], _machine.Stat[VmEvent.pswpin]), (Stat("pswpout"), Stat("pswpin")));
        Assert.Equal(_machine.Stat[VmEvent.pgscan_anon] + _machine.Stat[VmEvent.pgscan_file], Stat("pgscan"));
        Assert.Equal(Stat("pgsteal_direct"), Stat("pgsteal"));
        Assert.True(Stat("pgsteal") >= 2000);
        Assert.Equal(_machine.Stat[VmEvent.pgactivate], Stat("pgactivate"));
        Assert.Equal($"{_process.Pid}\n", Read("cgroup.procs"));
        (ulong faults, ulong major) = (Stat("pgfault"), Stat("pgmajfault"));
        _process.Exit();
        Assert.Equal((faults, major, 0UL, 0UL), (Stat("pgfault"), Stat("pgmajfault"), Stat("anon"), Value("memory.swap.current")));
    }

    [Fact]
    public void EventsTellOfLimitsAndKills()
    {
        Assert.Equal("low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\noom_group_kill 0\n", Read("memory.events"));
        using var machine = new Machine(new MachineOptions { RamBytes = 1UL << 30 });
        machine.CreateProcess(AddressSpaceLayout.X64);
        Process process = machine.CreateProcess(AddressSpaceLayout.X64, machine.CreateCgroup("box", 4UL << 20));
        VirtualAddress start = process.Mmap(default, 16UL << 20, Protection.ReadWrite, MapFlags.Private).Address;
        process.AccessRange(start, 16UL << 20, AccessKind.Write);
        Assert.True(process.HasExited);
        string[] lines = machine.Proc.Read("/sys/fs/cgroup/box/memory.events", ProcCaller.Root).Text.Split('\n');
        Assert.Equal(["oom 1", "oom_kill 1"], lines[3..5]);
        Assert.True(ulong.Parse(lines[2]["max ".Length..], CultureInfo.InvariantCulture) > 1);
    }

    [Fact]
    public void TheLimitCanBeWritten()
    {
        Assert.Equal(Errno.None, Write("memory.max", "4194304"));
        Assert.Equal(4UL << 20, _group.Limit.Value);
        Assert.Equal(Errno.EINVAL, Write("memory.max", "much"));
        Assert.Equal(Errno.EACCES, Write("memory.current", "1"));
        Assert.Equal(Errno.EACCES, _machine.Proc.Write("/sys/fs/cgroup/box/memory.max", "4096", ProcCaller.User(1000)));
        Assert.Equal(Errno.ENOENT, _machine.Proc.Read("/sys/fs/cgroup/bag/memory.max", ProcCaller.Root).Error);
        Assert.Contains("/sys/fs/cgroup/box/memory.swap.max", _machine.Proc.MachineFiles);
    }

    private static string[] Names(string text) => [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0])];

    private ulong Stat(string name) => ulong.Parse(Read("memory.stat").Split('\n').Single(line => line.StartsWith(name + " ", StringComparison.Ordinal))[(name.Length + 1)..], CultureInfo.InvariantCulture);

    private ulong Value(string name) => ulong.Parse(Read(name), CultureInfo.InvariantCulture);

    private string Read(string name)
    {
        ProcText text = _machine.Proc.Read("/sys/fs/cgroup/box/" + name, ProcCaller.Root);
        Assert.False(text.Failed, name);
        return text.Text;
    }

    private Errno Write(string name, string text) => _machine.Proc.Write("/sys/fs/cgroup/box/" + name, text, ProcCaller.Root);
}
