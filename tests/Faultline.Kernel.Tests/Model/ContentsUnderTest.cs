namespace Faultline.Kernel.Tests;

/// <summary>
/// Processes whose pages hold a number each, kept by frame as real memory would. What each process should read is kept beside it,
/// so a frame that is shared too long, copied too late, lost or handed out twice shows as a wrong number.
/// </summary>
internal sealed class ContentsUnderTest : IDisposable
{
    private const uint PiecesMask = 511;

    private readonly Machine _machine;
    private readonly AddressSpaceLayout _layout;
    private readonly List<(Process Real, Dictionary<ulong, int> Expected)> _processes = [];
    private readonly Dictionary<uint, int> _contents = [];
    private readonly Dictionary<uint, int> _inSwap = [];
    private int _written;
    private int _operations;

    public ContentsUnderTest(ulong ramBytes, ThpPolicy policy, MachineArchitecture architecture = MachineArchitecture.X64, AddressSpaceLayout? layout = null, TlbPolicy? tlb = null)
        : this(new MachineOptions { RamBytes = ramBytes, Thp = policy, Architecture = architecture, Tlb = tlb, Overcommit = OvercommitPolicy.Always }, null, layout)
    {
    }

    /// <summary>On a machine with these options, in a memory cgroup with a limit in bytes if one is given.</summary>
    public ContentsUnderTest(MachineOptions options, ulong? limit, AddressSpaceLayout? layout = null)
    {
        _layout = layout ?? SystemUnderTest.Layout;
        _machine = new Machine(options);
        _machine.SwapDevice.Written = (frame, slot) => _inSwap[slot] = _contents.GetValueOrDefault(frame);
        _machine.SwapReader.WasRead = (frame, slot) => _contents[frame] = _inSwap[slot];
        _machine.Compactor.PageMoved = (from, to) =>
        {
            if (_contents.Remove(from, out int held))
                _contents[to] = held;
        };
        MemoryCgroup? group = limit is { } bytes ? _machine.CreateCgroup("limited", bytes) : null;
        _processes.Add((_machine.CreateProcess(_layout, group), []));
    }

    public Machine Machine => _machine;

    public (ulong Minor, ulong Segmentation, ulong Anonymous) Faults =>
        (_machine.Stat[VmEvent.pgfault], _processes.Aggregate(0UL, (sum, process) => sum + process.Real.SegmentationFaults), _machine.Stat[VmEvent.nr_anon_pages]);

    public void Dispose() => _machine.Dispose();

    public void Do(Operation operation)
    {
        (Process real, Dictionary<ulong, int> expected) = _processes[operation.Process % _processes.Count];
        ulong first = _layout.MmapMin.Value >> 12, end = _layout.MmapBase.Value >> 12;
        ulong page = PageOf(operation, expected, first, end);
        ulong pages = Math.Min((ulong)operation.Pages, end - page);
        var start = new VirtualAddress(page << 12);
        switch (operation.Kind)
        {
            case OperationKind.Access or OperationKind.AccessRange:
                for (ulong i = 0; i < (operation.Kind == OperationKind.Access ? 1 : pages); i++)
                    Touch(real, expected, page + i, operation.Access);
                break;
            case OperationKind.Mmap or OperationKind.MmapHint or OperationKind.MmapFixed:
                Map(real, expected, operation, start, pages);
                break;
            case OperationKind.Munmap:
                Forget(expected, page, real.Munmap(start, pages << 12).Failed ? 0 : pages);
                break;
            case OperationKind.Mremap:
                Remap(real, expected, page, pages, (ulong)(operation.Bits >> 8) % 1600 + 1);
                break;
            case OperationKind.Mprotect:
                real.Mprotect(start, pages << 12, operation.Protection);
                break;
            case OperationKind.DontNeed:
                real.Madvise(start, pages << 12, Advice.DontNeed);
                Zero(expected, page, pages);
                break;
            case OperationKind.Advise or OperationKind.Populate:
                real.Madvise(start, pages << 12, operation.Flag ? Advice.HugePage : Advice.NoHugePage);
                break;
            case OperationKind.Fork when _processes.Count < 3 && real.Fork() is { } child:
                _processes.Add((child, new Dictionary<ulong, int>(expected)));
                break;
            case OperationKind.Exit when _processes.Count > 1:
                real.Exit();
                _processes.Remove((real, expected));
                break;
        }

        if (operation.Place % 7 == 0)
            _machine.CompactMemory();
        _processes.RemoveAll(entry => entry.Real.HasExited);
        if (_processes.Count == 0)
            _processes.Add((_machine.CreateProcess(_layout), []));
        if (++_operations % CheckEvery == 0)
            Verify();
    }

    /// <summary>Everything is looked at after so many operations.</summary>
    public int CheckEvery { get; init; } = 1;

    private static ulong PageOf(Operation operation, Dictionary<ulong, int> expected, ulong first, ulong end)
    {
        ulong page = first + (ulong)operation.Place % (end - first);
        if (expected.Count != 0 && operation.Place % 5 != 0)
            page = expected.Keys.ElementAt(operation.Place / 5 % expected.Count);
        return operation.Flag ? page & ~511UL : page;
    }

    private void Touch(Process real, Dictionary<ulong, int> expected, ulong page, AccessKind kind)
    {
        var address = new VirtualAddress(page << 12);
        (PageState before, Pfn frameBefore) = (real.StateOf(address), real.FrameOf(address));
        FaultOutcome outcome = real.Access(address, kind);
        if (outcome is FaultOutcome.SegmentationFault or FaultOutcome.OutOfFrames or FaultOutcome.Killed)
            return;
        Assert.NotEqual(PageState.Absent, real.StateOf(address));
        if (kind == AccessKind.Read)
            return;
        PageState after = real.StateOf(address);
        Assert.True(after is PageState.Private or PageState.PrivateHuge);
        uint frame = real.FrameOf(address).Value;
        if (after == PageState.PrivateHuge && before != PageState.PrivateHuge)
            for (uint i = 0; i <= PiecesMask; i++)
                _contents[(frame & ~PiecesMask) + i] = 0;
        Assert.True(after == before || frameBefore.Value != frame || before == PageState.PrivateHuge, "a fresh page has a frame of its own");
        _contents[frame] = expected[page] = ++_written;
    }

    private static void Map(Process real, Dictionary<ulong, int> expected, Operation operation, VirtualAddress hint, ulong pages)
    {
        MapFlags flags = MapFlags.Private | (operation.Kind == OperationKind.MmapFixed ? MapFlags.Fixed : MapFlags.None);
        SystemCallResult result = real.Mmap(operation.Kind == OperationKind.Mmap ? default : hint, pages << 12, operation.Protection, flags);
        for (ulong i = 0; !result.Failed && i < pages; i++)
            expected[result.Address.PageNumber + i] = 0;
    }

    private static void Remap(Process real, Dictionary<ulong, int> expected, ulong page, ulong pages, ulong newPages)
    {
        SystemCallResult result = real.Mremap(new(page << 12), pages << 12, newPages << 12, mayMove: true);
        if (result.Failed)
            return;
        if (newPages <= pages)
        {
            Forget(expected, page + newPages, pages - newPages);
            return;
        }

        int[] moved = [.. Enumerable.Range(0, (int)pages).Select(i => expected.GetValueOrDefault(page + (ulong)i))];
        Forget(expected, page, pages);
        for (ulong i = 0; i < newPages; i++)
            expected[result.Address.PageNumber + i] = i < pages ? moved[i] : 0;
    }

    private static void Forget(Dictionary<ulong, int> expected, ulong page, ulong pages)
    {
        for (ulong i = 0; i < pages; i++)
            expected.Remove(page + i);
    }

    private static void Zero(Dictionary<ulong, int> expected, ulong page, ulong pages)
    {
        for (ulong at = page; at < page + pages; at++)
            if (expected.ContainsKey(at))
                expected[at] = 0;
    }

    private void Verify()
    {
        _machine.CheckInvariants();
        foreach ((Process real, Dictionary<ulong, int> expected) in _processes)
        {
            if ((ulong)expected.Count != real.VirtualPages.Value)
                Assert.Fail($"process {real.Pid} maps {real.VirtualPages} pages instead of {expected.Count}");
            foreach ((ulong page, int value) in expected)
            {
                PageState state = real.StateOf(new(page << 12));
                int found = Held(real, new(page << 12), state);
                if (found != value)
                    Assert.Fail($"process {real.Pid} reads {found} instead of {value} from page 0x{page:x} ({state})");
            }
        }
    }

    private unsafe int Held(Process real, VirtualAddress page, PageState state)
    {
        if (state is PageState.Absent or PageState.ZeroPage or PageState.HugeZeroPage)
            return 0;
        if (state != PageState.Swapped)
            return _contents[real.FrameOf(page).Value];
        uint slot = Pte.SwapSlot(*real.PageTables.Peek(page.Value));
        uint cache = _machine.Swap[slot].Cache;
        return cache != FrameAllocator.None ? _contents[cache] : _inSwap[slot];
    }
}
