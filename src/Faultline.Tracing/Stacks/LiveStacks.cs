using Faultline.Kernel;
using Faultline.Tracing.Events;
using Faultline.Tracing.Replay;

namespace Faultline.Tracing.Stacks;

/// <summary>Requested bytes of live blocks by site and stack.</summary>
public readonly record struct LiveStack(int Site, int Stack, ulong Bytes);

/// <summary>
/// Follows the blocks of a trace by the addresses that it gives them, without a model of allocator or kernel: who holds how many requested bytes at any moment.
/// Reads events as the replay does, with mappings of the program's own as blocks.
/// </summary>
internal sealed class LiveStacks(bool hasOneSite)
{
    private readonly ReplayedBlocks _blocks = new(byRange: false);
    private readonly ReplayedBlocks _mappings = new(byRange: true);
    private readonly Dictionary<(int Site, int Stack), int> _owners = [];
    private readonly List<(int Site, int Stack)> _keys = [];
    private readonly List<ulong> _bytes = [];

    /// <summary>Bytes asked for and not given back.</summary>
    public ulong Live { get; private set; }

    /// <summary>Bytes allocated and bytes freed since the start: what massif calls time in units of B.</summary>
    public ulong Moved { get; private set; }

    public void Apply(in TraceEvent e)
    {
        if ((e.Flags & TraceEventFlags.Foreign) != 0)
            return;
        switch (e.Kind)
        {
            case TraceEventKind.Malloc or TraceEventKind.Memalign or TraceEventKind.PosixMemalign:
                Add(_blocks, e, e.Size - Math.Min(e.Argument, e.Size));
                break;
            case TraceEventKind.Calloc:
                Add(_blocks, e, e.Size * e.Second);
                break;
            case TraceEventKind.Realloc:
                if (e.Address != 0 || e.Size == 0)
                    Remove(_blocks, e.OldAddress);
                Add(_blocks, e, e.Size - Math.Min(e.Argument, e.Size));
                break;
            case TraceEventKind.Free:
                Remove(_blocks, e.Address);
                break;
            case TraceEventKind.Mmap when !e.Failed && e.Size != 0:
                Add(_mappings, e, e.Size);
                break;
            case TraceEventKind.Munmap when !e.Failed:
                Unmap(e.Address, PageSize.Up(e.Size));
                break;
            case TraceEventKind.Mremap when !e.Failed && _mappings.TryGet(e.OldAddress, out _):
                Remove(_mappings, e.OldAddress);
                Add(_mappings, e, e.Size);
                break;
        }
    }

    /// <summary>Those with live bytes, by site and stack.</summary>
    public IReadOnlyList<LiveStack> ToList()
        => [.. _keys.Select((key, i) => new LiveStack(key.Site, key.Stack, _bytes[i])).Where(stack => stack.Bytes > 0).OrderBy(stack => stack.Site).ThenBy(stack => stack.Stack)];

    /// <summary>A block at an address where one lives means that the free is missing.</summary>
    private void Add(ReplayedBlocks blocks, in TraceEvent e, ulong requested)
    {
        if (e.Address == 0)
            return;
        Remove(blocks, e.Address);
        int owner = OwnerOf(hasOneSite ? ReplayRun.OneSite : SiteTally.Known(e.Site), e.Stack);
        blocks.Add(e.Address, new ReplayedBlock(e.Address, requested, PageSize.Up(requested), owner));
        _bytes[owner] += requested;
        Live += requested;
        Moved += requested;
    }

    private void Remove(ReplayedBlocks blocks, ulong address)
    {
        if (address != 0 && blocks.Remove(address, out ReplayedBlock block))
            Release(block.Owner, block.Requested);
    }

    private void Release(int owner, ulong bytes)
    {
        _bytes[owner] -= bytes;
        Live -= bytes;
        Moved += bytes;
    }

    /// <summary>Mappings go whole, lose an end, or are cut in two.</summary>
    private void Unmap(ulong start, ulong length)
    {
        foreach ((ulong address, ReplayedBlock block) in _mappings.Overlapping(start, start + length))
        {
            ulong from = Math.Max(start, address) - address, to = Math.Min(start + length, address + block.Usable) - address;
            _mappings.Remove(address, out _);
            if (from > 0)
                _mappings.Add(address, block with { Requested = Math.Min(block.Requested, from), Usable = from });
            if (to < block.Usable)
                _mappings.Add(address + to, block with { Requested = block.Requested - Math.Min(block.Requested, to), Usable = block.Usable - to });
            Release(block.Owner, Math.Min(block.Requested, to) - Math.Min(block.Requested, from));
        }
    }

    private int OwnerOf(int site, int stack)
    {
        if (!_owners.TryGetValue((site, stack), out int owner))
        {
            _owners.Add((site, stack), owner = _keys.Count);
            _keys.Add((site, stack));
            _bytes.Add(0);
        }

        return owner;
    }
}
