using Faultline.Kernel;
using Faultline.Libc;
using Faultline.Tracing.Events;

namespace Faultline.Tracing.Replay;

// A recording sees that a page is present some time after it was touched, often only when its block is freed, and sees nothing at all of
// a block on pages that were touched before. Where the replay puts blocks elsewhere neither will do: blocks that were live and resident together
// would have their pages one after the other, or none. So what was seen of pages is read as touches of the blocks that lay on
// them, each at the earliest moment at which it can have been made:
//
//   look at everything (snapshot) ─── malloc ─── … ─── page seen present ─── free        counts from the malloc on
//   malloc ─── look at everything ─── … ─── page seen present                            counts from that look on
//   page present ─── malloc                                                              the block's part of it counts as written, from the malloc on
//
// Pages of the heap that hold a chunk's header are present from the malloc on, whoever looks.

/// <summary>A part of a block was touched, not before event number <paramref name="After"/> of the trace, counted from 0.</summary>
internal readonly record struct BlockTouch(ulong After, ulong Address, ulong Offset, ulong Length, AccessKind Kind);

/// <summary>What a recording saw of pages, as touches of its blocks, for replays that put blocks elsewhere. About 40 bytes for each block.</summary>
public sealed class BlockTouches
{
    private const int Batch = 4096;
    private const ulong HeaderBytes = 16;

    /// <summary>The threshold above which blocks were mappings of their own, if nothing set it.</summary>
    private const ulong DefaultMmapThreshold = 128 << 10;

    private readonly List<BlockTouch> _touches = [];
    private readonly Dictionary<ulong, (ulong Length, ulong Since)> _live = [];
    private readonly SortedSet<ulong> _starts = [];
    private readonly HashSet<ulong> _present = [];
    private readonly HashSet<ulong> _withoutBlock = [];
    private readonly ulong _mmapThreshold;
    private ulong _event;
    private ulong _lastLook;

    private BlockTouches(TraceMetadata trace) => _mmapThreshold = MallocTunables.Parse(trace.Tunables).MmapThreshold ?? DefaultMmapThreshold;

    /// <summary>By rising <see cref="BlockTouch.After"/>.</summary>
    internal IReadOnlyList<BlockTouch> All => _touches;

    /// <summary>Whether no block lay on the pages that an event saw touched, counted from 0.</summary>
    internal bool SawNoBlock(ulong number) => _withoutBlock.Contains(number);

    /// <summary>Reads the source to its end; null where its touches were not seen by page.</summary>
    public static BlockTouches? Read(ITraceSource source)
    {
        if (source.Metadata.Touches != TouchKnowledge.Observed)
            return null;
        BlockTouches touches = new(source.Metadata);
        TraceEvent[] events = new TraceEvent[Batch];
        for (int count; (count = source.Read(events)) > 0;)
            foreach (ref readonly TraceEvent e in events.AsSpan(0, count))
            {
                if ((e.Flags & TraceEventFlags.Foreign) == 0)
                    touches.Look(e);
                touches._event++;
            }

        touches._touches.Sort((a, b) => (a.After, a.Address, a.Offset).CompareTo((b.After, b.Address, b.Offset)));
        return touches;
    }

    private void Look(in TraceEvent e)
    {
        switch (e.Kind)
        {
            case TraceEventKind.Malloc or TraceEventKind.Memalign or TraceEventKind.PosixMemalign:
                Enter(e.Address, e.Size);
                break;
            case TraceEventKind.Calloc:
                Enter(e.Address, e.Size * e.Second);
                break;
            case TraceEventKind.Realloc when (e.Flags & TraceEventFlags.Failed) == 0:
                Leave(e.OldAddress);
                Enter(e.Address, e.Size);
                break;
            case TraceEventKind.Free:
                Leave(e.Address);
                break;
            case TraceEventKind.Write or TraceEventKind.Read when (e.Flags & TraceEventFlags.Pages) != 0:
                See(e.Address, e.Address + e.Size, e.Kind == TraceEventKind.Read ? AccessKind.Read : AccessKind.Write);
                break;
            case TraceEventKind.Snapshot:
                _lastLook = _event;
                break;
        }
    }

    private void Enter(ulong address, ulong length)
    {
        if (address == 0)
            return;
        _live[address] = (length, _event);
        _starts.Add(address);
        ulong end = address + length;
        // The chunk's own header, and that of the next one.
        _present.Add((address - sizeof(ulong)) >> PageSize.Shift);
        if (!IsMapping(address, length))
            _present.Add((end + sizeof(ulong)) >> PageSize.Shift);
        for (ulong from = address; from < end;)
        {
            ulong to = from;
            while (to < end && _present.Contains(to >> PageSize.Shift))
                to = Math.Min(end, PageSize.Down(to) + PageSize.Bytes);
            if (to > from)
                _touches.Add(new BlockTouch(_event, address, from - address, to - from, AccessKind.Write));
            else
                to = Math.Min(end, PageSize.Down(from) + PageSize.Bytes);
            from = to;
        }
    }

    private void Leave(ulong address)
    {
        if (!_live.Remove(address, out (ulong Length, ulong Since) block))
            return;
        _starts.Remove(address);
        if (!IsMapping(address, block.Length))
            return;
        for (ulong page = PageSize.Down(address); page < address + block.Length; page += PageSize.Bytes)
            _present.Remove(page >> PageSize.Shift);
    }

    private void See(ulong start, ulong end, AccessKind kind)
    {
        if (start >= end)
            return;
        // A block that begins before the range may reach into it: only the last one can.
        ulong first = _starts.GetViewBetween(0, start).Max;
        bool found = false;
        foreach (ulong address in _starts.GetViewBetween(first == 0 ? start : first, end - 1))
        {
            (ulong length, ulong since) = _live[address];
            ulong from = Math.Max(start, address), to = Math.Min(end, address + Math.Max(length, 1));
            if (from >= to)
                continue;
            _touches.Add(new BlockTouch(Math.Max(since, _lastLook), address, from - address, to - from, kind));
            found = true;
        }

        if (!found)
            _withoutBlock.Add(_event);

        // Pages that were only read fault once more when they are written, and are seen again.
        if (kind == AccessKind.Write)
            for (ulong page = PageSize.Down(start); page < end; page += PageSize.Bytes)
                _present.Add(page >> PageSize.Shift);
    }

    /// <summary>
    /// Went away with the block. The trace does not say it; a block of the heap that is as large as a mapping lies at a page's start, behind
    /// a header, once in 256.
    /// </summary>
    private bool IsMapping(ulong address, ulong length) => (address & PageSize.Mask) == HeaderBytes && length + HeaderBytes >= _mmapThreshold;
}
