namespace Faultline.Kernel.Tests;

/// <summary>Loads and stores, and what should be found.</summary>
internal sealed partial class SharedContents
{
    private void Touch(Person person, int page, AccessKind kind)
    {
        bool mapped = person.Cells.TryGetValue(page, out Cell? cell);
        VirtualAddress address = At(page);
        int before = mapped ? Read(person, page, cell!) : 0;
        FaultOutcome outcome = person.Process.Access(address, kind);
        if (!mapped || (kind == AccessKind.Write && !cell!.Writable))
        {
            Assert.Equal(FaultOutcome.SegmentationFault, outcome);
            return;
        }

        bool pastEnd = cell!.Own == null && (ulong)cell.Index >= FileSizeOf(person.Process, address);
        Assert.Equal(pastEnd, outcome == FaultOutcome.BusError);
        if (pastEnd)
            return;
        PageState state = person.Process.StateOf(address);
        uint frame = person.Process.FrameOf(address).Value;
        if (state == PageState.Cached)
            Fill(person.Process, address, frame);
        else if (cell.Own == null)
            _memory[frame] = before;
        if (kind == AccessKind.Read)
            return;
        _memory[frame] = ++_written;
        if (cell.Shared)
            cell.Story[cell.Index] = _written;
        else
            cell.Own = _written;
    }

    private ulong FileSizeOf(Process process, VirtualAddress address) => process.Maps().First(area => area.Start.Value <= address.Value && area.End.Value > address.Value).File!.Size >> 12;

    /// <summary>A page that comes into the cache holds what the disk holds. Frames that went out of use are forgotten.</summary>
    private void Fill(Process process, VirtualAddress address, uint frame)
    {
        Inode file = process.Maps().First(area => area.Start.Value <= address.Value && area.End.Value > address.Value).File!;
        Frame record = Peek(frame);
        if (!_memory.ContainsKey(frame))
            _memory[frame] = _disk.GetValueOrDefault((file.Number, record.Index));
    }

    private unsafe Frame Peek(uint frame) => _machine.Frames.Frames[frame];

    /// <summary>What the process would find: its frame's number, or what would be read.</summary>
    private int Read(Person person, int page, Cell cell) =>
        person.Process.StateOf(At(page)) == PageState.Absent ? cell.Value : _memory.GetValueOrDefault(person.Process.FrameOf(At(page)).Value, cell.Value);

    /// <summary>Clean pages of files on a disk are on the disk; what is no longer cached must have been clean.</summary>
    private void Flush()
    {
        var live = new HashSet<uint>();
        foreach (Inode file in _machine.Files.All)
            for (ulong at = file.Pages.Next(0, 1000); at != PageTree.NoPage; at = file.Pages.Next(at + 1, 1000))
            {
                uint frame = PageCache.Find(file, at);
                if (frame == FrameAllocator.None)
                    continue;
                live.Add(frame);
                if ((Peek(frame).Flags & FrameFlags.Dirty) == 0 && file.Kind == FileKind.Disk && _memory.TryGetValue(frame, out int value))
                    _disk[(file.Number, at)] = value;
            }

        foreach (uint frame in _memory.Keys.Where(frame => !live.Contains(frame) && (Peek(frame).Flags & FrameFlags.Anonymous) == 0).ToArray())
            _memory.Remove(frame);
    }

    private void Verify()
    {
        _machine.CheckInvariants();
        Flush();
        foreach (Person person in _people)
        {
            Assert.Equal((ulong)person.Cells.Count, person.Process.VirtualPages.Value);
            foreach ((int page, Cell cell) in person.Cells)
            {
                if (person.Process.StateOf(At(page)) == PageState.Absent)
                {
                    Assert.Null(cell.Own);
                    continue;
                }

                uint frame = person.Process.FrameOf(At(page)).Value;
                if (_memory.TryGetValue(frame, out int found) && found != cell.Value)
                    Assert.Fail($"process {person.Process.Pid} reads {found} instead of {cell.Value} from page {page} ({person.Process.StateOf(At(page))})");
            }
        }
    }
}
