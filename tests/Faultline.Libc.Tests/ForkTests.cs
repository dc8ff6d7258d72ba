using Faultline.Kernel;

namespace Faultline.Libc.Tests;

public sealed class ForkTests : IDisposable
{
    private const ulong Room = 64UL << 30;

    private readonly Machine _machine = new(new MachineOptions { RamBytes = 1UL << 30, Thp = ThpPolicy.Never });
    private readonly List<ChunkShadow> _shadows = [];
    private readonly Process _process;
    private Malloc<ForkingProcess> _malloc;

    public ForkTests()
    {
        _process = _machine.CreateProcess(new AddressSpaceLayout { BrkStart = AddressSpaceLayout.X64.BrkStart, MmapBase = AddressSpaceLayout.X64.BrkStart + Room, TaskSize = AddressSpaceLayout.X64.TaskSize });
        _malloc = Make(LibcProfile.Default);
    }

    private Malloc<ForkingProcess> Make(LibcProfile profile) => new(new ForkingProcess(_process), Shadow(), new MallocOptions { Profile = profile });

    public void Dispose()
    {
        _malloc.CheckInvariants();
        _machine.CheckInvariants();
        _machine.Dispose();
        foreach (ChunkShadow shadow in _shadows)
            shadow.Dispose();
    }

    /// <summary>Pages of the heap that the child has of its own after each call: what a program on glibc 2.36 and Linux 6.18 reads in its smaps (Private_Dirty).</summary>
    [Fact]
    public void A_child_parts_the_pages_that_its_calls_write()
    {
        ulong[] small = Blocks(300, 100), middle = Blocks(100, 2000), large = Blocks(400, 3000);
        for (int i = 0; i < small.Length; i += 3)
            _malloc.Free(small[i]);
        for (int i = 0; i < middle.Length; i += 2)
            _malloc.Free(middle[i]);
        Assert.Equal(1408UL, PrivateKib(_process));
        Malloc<ForkingProcess> child = Fork(_malloc.MainThread, []);
        Action[] calls =
        [
            () => { },
            () => child.Allocate(100),
            () => child.Free(small[1]),
            () =>
            {
                for (int i = 4; i < 60; i += 3)
                    child.Free(small[i]);
            },
            () => child.Allocate(2000), () => child.Free(middle[51]), () => child.Free(large[200]), () => child.Free(large[201]), () => child.Allocate(2990),
            () => child.Allocate(5000), () => child.Allocate(120000), () => child.Free(large[399]), () => child.Reallocate(middle[1], 6000),
        ];
        ulong[] pages = [.. calls.Select(call => { call(); return PrivateKib(child.Process.Process); })];
        Assert.Equal([0, 4, 4, 8, 44, 60, 68, 68, 236, 236, 244, 248, 256], pages);
        child.CheckInvariants();
    }

    [Theory]
    [InlineData(1, "glibc-2.36")]
    [InlineData(2, "glibc-2.36")]
    [InlineData(3, "glibc-2.36")]
    [InlineData(4, "glibc-2.39")]
    [InlineData(5, "glibc-2.41")]
    [InlineData(6, "glibc-2.41")]
    public void Parent_and_child_answer_the_same_to_the_same_calls(int seed, string libc)
    {
        _malloc = Make(LibcProfile.Find(libc)!);
        var live = new List<ulong>();
        Random random = new(seed);
        for (int i = 0; i < 3000; i++)
            Step(_malloc, random, live);
        Malloc<ForkingProcess> child = Fork(_malloc.MainThread, live.Where(_malloc.IsMapped));
        var childs = new List<ulong>(live);
        (Random first, Random second) = (new(seed + 100), new(seed + 100));
        for (int i = 0; i < 1000; i++)
        {
            Assert.Equal(Step(_malloc, first, live), Step(child, second, childs));
            if (i % 50 != 0)
                continue;
            _malloc.CheckInvariants();
            child.CheckInvariants();
        }

        Assert.Equal(_malloc.GetMallocInfo(), child.GetMallocInfo());
        Assert.Equal(libc, child.Profile.Name);
        Assert.True(child.Process.Process.MinorFaults > 0, $"seed {seed}");
        Assert.Equal(0UL, _process.SegmentationFaults + child.Process.Process.SegmentationFaults);
    }

    [Fact]
    public void The_child_of_a_thread_goes_on_in_its_arena_and_the_others_are_free()
    {
        MallocThread worker = _malloc.StartThread(), idle = _malloc.StartThread();
        ulong own = _malloc.Allocate(worker, 100), other = _malloc.Allocate(idle, 100), main = _malloc.Allocate(100);
        _malloc.Free(idle, other);
        Malloc<ForkingProcess> child = Fork(worker, []);
        Assert.Equal((3, 1), (child.ArenaCount, child.ArenaNumberOf(child.MainThread)));
        Assert.Equal([0UL, 1UL, 0UL], Enumerable.Range(0, 3).Select(child.AttachedThreadsOf));
        child.CheckInvariants();
        child.Free(own);
        Assert.Equal(own, child.Allocate(100));
        child.Free(main);

        // The arena pushed last is the next thread's; the block in the lost cache is nobody's.
        MallocThread next = child.StartThread();
        Assert.NotEqual(other, child.Allocate(next, 100));
        Assert.Equal(1, _malloc.ArenaNumberOf(worker));
        Assert.NotEqual(1, child.ArenaNumberOf(next));
        child.CheckInvariants();

        // The parent has lost nothing.
        Assert.Equal(other, _malloc.Allocate(idle, 100));
    }

    [Fact]
    public void Locks_of_arenas_part_their_pages_in_both()
    {
        MallocThread worker = _malloc.StartThread();
        _malloc.Allocate(worker, 100);
        ulong before = _process.MinorFaults;
        Malloc<ForkingProcess> child = Fork(_malloc.MainThread, []);
        Assert.Equal((1UL, 1UL), (_process.MinorFaults - before, child.Process.Process.MinorFaults));
    }

    [Fact]
    public void A_shadow_of_other_bounds_is_refused()
    {
        using var shadow = new ChunkShadow(_process.Layout.BrkStart, 1 << 20);
        Assert.Throws<ArgumentException>(() => _malloc.CopyFor(_malloc.MainThread, new ForkingProcess(_process), shadow, []));
    }

    [Fact]
    public void Stacks_of_threads_that_the_child_does_not_have_wait_for_its_next()
    {
        var stacks = new ThreadStacks<ForkingProcess>(_malloc);
        MallocThread worker = _malloc.StartThread();
        Assert.True(stacks.TryTake(_malloc.MainThread, out ThreadStack first));
        Assert.True(stacks.TryTake(_malloc.MainThread, out ThreadStack second));
        Malloc<ForkingProcess> child = Fork(worker, []);
        ThreadStacks<ForkingProcess> childs = stacks.CopyFor(child, first);
        Assert.Equal((0, 1), (stacks.Kept, childs.Kept));
        Assert.True(childs.TryTake(child.MainThread, out ThreadStack again));
        Assert.Equal(second, again);
        Assert.Equal(0UL, child.Process.Process.SystemCalls.Mmap);
    }

    private static ulong Step(Malloc<ForkingProcess> malloc, Random random, List<ulong> live)
    {
        int kind = random.Next(5);
        if (kind < 2 || live.Count == 0)
        {
            ulong size = (ulong)(random.Next(40) == 0 ? random.Next(400_000) : random.Next(1, random.Next(2) == 0 ? 200 : 5000));
            live.Add(malloc.Allocate(size));
            return live[^1];
        }

        int at = random.Next(live.Count);
        ulong block = live[at];
        if (kind == 2)
            return live[at] = malloc.Reallocate(block, (ulong)random.Next(1, 6000));
        live[at] = live[^1];
        live.RemoveAt(live.Count - 1);
        malloc.Free(block);
        return block;
    }

    private ulong[] Blocks(int count, ulong size)
    {
        ulong[] blocks = new ulong[count];
        for (int i = 0; i < count; i++)
        {
            blocks[i] = _malloc.Allocate(size);
            _process.AccessRange(new(blocks[i]), size, AccessKind.Write);
        }

        return blocks;
    }

    private Malloc<ForkingProcess> Fork(MallocThread caller, IEnumerable<ulong> mapped)
    {
        _malloc.LockForFork();
        Malloc<ForkingProcess> child = _malloc.CopyFor(caller, new ForkingProcess(_process.Fork()!), Shadow(), mapped);
        _malloc.UnlockInParent();
        return child;
    }

    private ChunkShadow Shadow()
    {
        _shadows.Add(new ChunkShadow(AddressSpaceLayout.X64.BrkStart, Room));
        return _shadows[^1];
    }

    private static ulong PrivateKib(Process process) => process.SmapsRollup().Private.Value >> 10;
}
