using Faultline.Kernel;
using Faultline.Kernel.Host;

namespace Faultline.Tracing.Replay;

/// <summary>
/// Who pays for a page: the owner (a site, or a site with a stack) whose block was placed first on it since it was last absent. One word a page of the simulated
/// address space, off the GC heap, zero until the page is used.
/// <code>
///   31 … 21                                        20 … 0
///   faults taken before any block was placed       owner + 1, 0 = no block yet
/// </code>
/// </summary>
internal sealed unsafe class PageOwners : IDisposable
{
    private const int PendingShift = 21;
    private const uint OwnerMask = (1u << PendingShift) - 1;

    /// <summary>The largest number of an owner.</summary>
    public const int MostOwner = (int)OwnerMask - 1;

    private const uint MostPending = uint.MaxValue >> PendingShift;

    private readonly ReservedMemory _memory;
    private readonly uint* _entries;

    public PageOwners(ulong start, ulong end)
    {
        Start = start;
        End = end;
        _memory = new ReservedMemory((end - start >> PageSize.Shift) * sizeof(uint));
        _entries = (uint*)_memory.Start;
    }

    public ulong Start { get; }

    public ulong End { get; }

    /// <summary>Owner + 1, 0 for none.</summary>
    public uint OwnerAt(ulong address) => *Entry(address) & OwnerMask;

    /// <summary>Adds faults to those that wait for an owner; more than fit stay the allocator's for good.</summary>
    public void AddPending(ulong address, ulong faults)
    {
        uint* entry = Entry(address);
        ulong pending = Math.Min((*entry >> PendingShift) + faults, MostPending);
        *entry = (*entry & OwnerMask) | (uint)pending << PendingShift;
    }

    /// <summary>Gives an unowned page its owner; answers the faults that had been waiting. Does nothing to an owned one.</summary>
    public uint Own(ulong address, int owner)
    {
        uint* entry = Entry(address);
        if ((*entry & OwnerMask) != 0)
            return 0;
        uint pending = *entry >> PendingShift;
        *entry = (uint)owner + 1;
        return pending;
    }

    /// <summary>Gives a page to an owner, whoever paid for it before; answers the faults that had been waiting.</summary>
    public uint Reown(ulong address, int owner)
    {
        uint* entry = Entry(address);
        uint pending = *entry >> PendingShift;
        *entry = (uint)owner + 1;
        return pending;
    }

    /// <summary>The pages went away under blocks that live on: who pays for them stays. Page addresses.</summary>
    public void Empty(ulong start, ulong end)
    {
        for (ulong page = start; page < Math.Min(end, End); page += PageSize.Bytes)
            *Entry(page) &= OwnerMask;
    }

    /// <summary>The pages went away. Page addresses.</summary>
    public void Drop(ulong start, ulong end)
    {
        end = Math.Min(end, End);
        if (start >= end)
            return;
        // Entries that are zero are not written: most of a big mapping was never used, and its entries cost no memory yet.
        Span<uint> entries = new(Entry(start), (int)(end - start >> PageSize.Shift));
        for (int used; (used = entries.IndexOfAnyExcept(0u)) >= 0; entries = entries[(used + 1)..])
            entries[used] = 0;
    }

    /// <summary>The pages, and who pays for them, moved. Page addresses; the ranges do not overlap.</summary>
    public void Move(ulong from, ulong to, ulong length)
    {
        int pages = (int)(length >> PageSize.Shift);
        new Span<uint>(Entry(from), pages).CopyTo(new Span<uint>(Entry(to), pages));
        Drop(from, from + length);
    }

    public void Dispose() => _memory.Dispose();

    private uint* Entry(ulong address) => _entries + (address - Start >> PageSize.Shift);
}
