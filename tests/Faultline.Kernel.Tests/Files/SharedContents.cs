namespace Faultline.Kernel.Tests;

/// <summary>The machine, and beside it what each page of each file and of each process should hold.</summary>
internal sealed partial class SharedContents : IDisposable
{
    public const int WindowPages = 64;

    private const ulong Window = 0x1000_0000_0000;
    private const int FilePages = 48;

    private static readonly AddressSpaceLayout s_layout = AddressSpaceLayout.X64 with { MmapMin = new(Window), BrkStart = new(Window), MmapBase = new(Window + (WindowPages << 12)) };

    private readonly Machine _machine;
    private readonly List<Person> _people = [];
    private readonly List<(OpenFile Open, int[] Story)> _files = [];
    private readonly Dictionary<uint, int> _memory = [];
    private readonly Dictionary<(uint File, ulong Page), int> _disk = [];
    private readonly ulong _framesAtRest;
    private int _written;

    public SharedContents(FolioPolicy folios)
    {
        _machine = new Machine(new MachineOptions { RamBytes = 128UL << 20, Files = new FileSettings { Folios = folios, ReadaheadPages = 8 } });
        _machine.ShrinkCaches();
        _machine.DrainPerCpuLists();
        _framesAtRest = _machine.FreePages.Value;
        AddFile(_machine.Files.Open(_machine.Files.Create("a", FilePages << 12)));
        AddFile(_machine.Files.Open(_machine.Files.Create("b", FilePages << 12)));
        AddFile(_machine.Files.CreateMemfd("m", FilePages << 12));
        _people.Add(new Person(_machine.CreateProcess(s_layout)));
    }

    /// <summary>What one page of a process holds: a page of a file, or its own copy.</summary>
    private sealed class Cell
    {
        public required int[] Story;
        public required int Index;
        public required bool Shared;
        public bool Writable = true;
        public int? Own;

        public int Value => Own ?? (Index < Story.Length ? Story[Index] : 0);
    }

    private sealed class Person(Process process)
    {
        public Process Process { get; } = process;

        public Dictionary<int, Cell> Cells { get; set; } = [];
    }

    public void Dispose() => _machine.Dispose();

    public void Do(SharedStep step)
    {
        Person person = _people[step.Process % _people.Count];
        Process process = person.Process;
        (OpenFile open, int[] story) = _files[step.File];
        int pages = Math.Min(step.Pages, WindowPages - step.Page);
        VirtualAddress start = At(step.Page);
        ulong bytes = (ulong)pages << 12;
        switch (step.Kind)
        {
            case SharedStepKind.Read or SharedStepKind.Write:
                for (int page = step.Page; page < step.Page + pages; page++)
                    Touch(person, page, step.Kind == SharedStepKind.Write ? AccessKind.Write : AccessKind.Read);
                break;
            case SharedStepKind.MapShared or SharedStepKind.MapPrivate:
                bool shared = step.Kind == SharedStepKind.MapShared;
                MapFlags flags = (shared ? MapFlags.Shared : MapFlags.Private) | MapFlags.Fixed;
                Remap(person, step.Page, pages, story, step.Index, shared, () => process.Mmap(start, bytes, Protection.ReadWrite, flags, open, (ulong)step.Index << 12));
                Flush();
                if (shared && step.Bits % 5 == 0)
                    process.Madvise(start, bytes, Advice.PopulateRead);
                break;
            case SharedStepKind.MapAnonymous:
                Remap(person, step.Page, pages, new int[pages], 0, true, () => process.Mmap(start, bytes, Protection.ReadWrite, MapFlags.Shared | MapFlags.Fixed));
                break;
            case SharedStepKind.Unmap:
                process.Munmap(start, bytes);
                for (int page = step.Page; page < step.Page + pages; page++)
                    person.Cells.Remove(page);
                break;
            case SharedStepKind.DontNeed:
                process.Madvise(start, bytes, Advice.DontNeed);
                for (int page = step.Page; page < step.Page + pages; page++)
                    if (person.Cells.TryGetValue(page, out Cell? cell))
                        cell.Own = null;
                break;
            case SharedStepKind.Truncate:
                Truncate(open, story, step.Bits % FilePages);
                break;
            case SharedStepKind.Fork when _people.Count < 4:
                Person child = new(process.Fork()!) { Cells = person.Cells.ToDictionary(pair => pair.Key, pair => new Cell { Story = pair.Value.Story, Index = pair.Value.Index, Shared = pair.Value.Shared, Own = pair.Value.Own, Writable = pair.Value.Writable }) };
                _people.Add(child);
                break;
            case SharedStepKind.Exit when _people.Count > 1:
                process.Exit();
                _people.Remove(person);
                break;
            case SharedStepKind.Protect:
                Protect(person, step, start, bytes);
                break;
            case SharedStepKind.Move:
                Move(person, step.Page, pages);
                break;
            default:
                DoToFile(step, process, open);
                break;
        }

        Verify();
    }

    /// <summary>When everybody and every file is gone, every frame is back.</summary>
    public void EndAll()
    {
        foreach (Person person in _people)
            person.Process.Exit();
        foreach ((OpenFile open, _) in _files)
        {
            _machine.Files.Unlink(open.Inode);
            _machine.Files.Close(open);
        }

        _machine.CheckInvariants();
        Assert.Empty(_machine.Files.All);
        Assert.Equal(0UL, _machine.CommittedPages.Value);
        _machine.ShrinkCaches();
        _machine.DrainPerCpuLists();
        Assert.Equal(_framesAtRest, _machine.FreePages.Value);
    }

    private void DoToFile(SharedStep step, Process process, OpenFile open)
    {
        switch (step.Kind)
        {
            case SharedStepKind.Sync:
                process.Fsync(open);
                break;
            case SharedStepKind.DropCaches:
                _machine.Files.DropCaches();
                break;
            case SharedStepKind.ReadFile:
                process.Read(open, (ulong)step.Index << 12, (ulong)step.Pages << 12);
                break;
            case SharedStepKind.Evict:
                EvictOne(open.Inode, (ulong)step.Index);
                break;
        }
    }

    /// <summary>As reclaim does to a clean page, mapped or not.</summary>
    private void EvictOne(Inode file, ulong index)
    {
        uint pfn = PageCache.Find(file, index);
        if (pfn == FrameAllocator.None || file.Kind != FileKind.Disk)
            return;
        _machine.Cache.UnmapEverywhere(file, pfn);
        _machine.Cache.WriteBack(file, index, index);
        Flush();
        _machine.Cache.Evict(file, index, _machine.Workingset.Evict(pfn, _machine.Lru.Root));
    }

    private static VirtualAddress At(int page) => new(Window + ((ulong)page << 12));

    private void AddFile(OpenFile open) => _files.Add((open, new int[FilePages]));

    private static void Remap(Person person, int page, int pages, int[] story, int index, bool shared, Func<SystemCallResult> map)
    {
        if (map().Failed)
            return;
        for (int i = 0; i < pages; i++)
            person.Cells[page + i] = new Cell { Story = story, Index = index + i, Shared = shared };
    }
}
