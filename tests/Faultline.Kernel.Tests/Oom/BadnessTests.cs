namespace Faultline.Kernel.Tests;

public sealed class BadnessTests : IDisposable
{
    private const ulong Day = 86_400UL * MachineClock.NanosecondsPerSecond;

    private readonly Machine _machine = new(new MachineOptions { RamBytes = 256UL << 20 });

    public BadnessTests() => _machine.CreateProcess(AddressSpaceLayout.X64).Task.Comm = "init";

    public void Dispose() => _machine.Dispose();

    /// <summary>proc_oom_score: nothing occupied is 666, all of memory 1333, and with the greatest adjustment 2000.</summary>
    [Theory]
    [InlineData(0, 666)]
    [InlineData(1_000_000, 1333)]
    [InlineData(2_000_000, 2000)]
    [InlineData(-999_000, 0)]
    [InlineData(ModernBadness.Never, 0)]
    public void ScoresOfTheModernKernel(long points, long score) => Assert.Equal(score, ModernBadness.ScoreOf(points, 1_000_000));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1000, 1_000_000)]
    [InlineData(-500, -500_000)]
    [InlineData(-1000, ModernBadness.Never)]
    public void TheAdjustmentIsInThousandthsOfAllMemory(int adjustment, long points)
    {
        Process process = Start("p", 0);
        Assert.Equal(Errno.None, process.Task.Oom.WriteScore(adjustment, mayLower: true));
        Assert.Equal(points, ModernBadness.Points(process, 1_000_000));
    }

    [Fact]
    public void ResidentPagesAndPageTablesAreWhatCounts()
    {
        Process process = Start("p", 1000);
        Assert.Equal(1000 + (long)process.PageTablePages.Value, ModernBadness.Points(process, 1_000_000));
        process.Mmap(VirtualAddress.Null, 1 << 30, Protection.ReadWrite, MapFlags.Private | MapFlags.NoReserve);
        Assert.Equal(1000 + (long)process.PageTablePages.Value, ModernBadness.Points(process, 1_000_000));
    }

    [Fact]
    public void TheClassicScoreCountsWhatIsMappedAndForgivesWork()
    {
        Process process = Start("p", 0);
        process.Task.Uid = 1000;
        process.Task.Capabilities = Capabilities.None;
        process.Mmap(VirtualAddress.Null, 12_000 * PageSize.Bytes, Protection.ReadWrite, MapFlags.Private);
        Assert.Equal(12_000UL, Classic(process, 0));
        process.Task.UserTime = 9 * 8 * MachineClock.NanosecondsPerSecond;      // 9 units of 8 s: divided by 3
        Assert.Equal(4_000UL, Classic(process, 0));
        Assert.Equal(1_333UL, Classic(process, Day));                           // 84 units of 1024 s: their fourth root is 3
        process.Task.Nice = 5;
        Assert.Equal(2_666UL, Classic(process, Day));
        process.Task.Uid = 0;
        Assert.Equal(666UL, Classic(process, Day));
        process.Task.Capabilities = Capabilities.SysRawIo;
        Assert.Equal(166UL, Classic(process, Day));
    }

    [Fact]
    public void TheClassicScoreIsShiftedByOomAdj()
    {
        Process process = Start("p", 0);
        process.Task.Uid = 1000;
        process.Task.Capabilities = Capabilities.None;
        process.Task.Oom.WriteLegacy(3, mayLower: true);
        Assert.Equal(0UL, Classic(process, 0, OomProfile.Linux2_6_18));
        Assert.Equal(8UL, Classic(process, 0, OomProfile.Linux2_6_32));
        process.Mmap(VirtualAddress.Null, 1000 * PageSize.Bytes, Protection.ReadWrite, MapFlags.Private);
        Assert.Equal(8000UL, Classic(process, 0));
        process.Task.Oom.WriteLegacy(-3, mayLower: true);
        Assert.Equal(125UL, Classic(process, 0));
        process.Task.Oom.WriteLegacy(OomAdjustment.Disable, mayLower: true);
        Assert.Equal(0UL, Classic(process, 0));
    }

    [Fact]
    public void CapSysResourceIsAnAdministratorsOnlyIn2632()
    {
        Process process = Start("p", 0);
        process.Task.Uid = 1000;
        process.Task.Capabilities = Capabilities.SysResource;
        process.Mmap(VirtualAddress.Null, 1000 * PageSize.Bytes, Protection.ReadWrite, MapFlags.Private);
        Assert.Equal(1000UL, Classic(process, 0, OomProfile.Linux2_6_18));
        Assert.Equal(250UL, Classic(process, 0, OomProfile.Linux2_6_32));
    }

    [Fact]
    public void ChildrenWithMemoryOfTheirOwnCountHalf()
    {
        Process process = Start("p", 0);
        process.Task.Uid = 1000;
        process.Task.Capabilities = Capabilities.None;
        process.Mmap(VirtualAddress.Null, 1000 * PageSize.Bytes, Protection.ReadWrite, MapFlags.Private);
        Process child = process.Fork()!;
        Assert.Equal(1501UL, ClassicBadness.Points(process, [child], 0, OomProfile.Linux2_6_32));
    }

    private static ulong Classic(Process process, ulong now, OomProfile profile = OomProfile.Linux2_6_32) => ClassicBadness.Points(process, [], now, profile);

    private Process Start(string name, ulong pages)
    {
        Process process = _machine.CreateProcess(AddressSpaceLayout.X64);
        process.Task.Comm = name;
        if (pages > 0)
        {
            VirtualAddress start = process.Mmap(VirtualAddress.Null, pages * PageSize.Bytes, Protection.ReadWrite, MapFlags.Private).Address;
            process.AccessRange(start, pages * PageSize.Bytes, AccessKind.Write);
        }

        return process;
    }
}
