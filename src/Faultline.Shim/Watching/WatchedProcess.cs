using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Faultline.Kernel;
using Faultline.Kernel.Host;
using Faultline.Shim.Arena;
using Faultline.Shim.Engine;
using Faultline.Shim.Ledger;
using Faultline.Shim.Observers;
using Faultline.Shim.Recording;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Watching;

/// <summary>
/// The simulated process and the real memory behind it, kept in step. What the allocator does to memory is simulated at
/// once; what the program does to it is learned later, from the real pages, and at the latest before it would be
/// forgotten or mixed up with the allocator's own accesses. Each fault is charged to a call site.
/// </summary>
/// <remarks>
/// <para>
/// A page is settled when the simulated process has a private page there: no access can fault there any more, so the real page need
/// not be looked at again until it is dropped.
/// </para>
/// <para>
/// Its lock stands for Linux's mmap_lock: it is held for system calls, for accesses that may fault, and for every look at the tables
/// here. Settled pages need none, for what is asked about pages of a live block. <see cref="Access"/>, <see cref="Fill"/>,
/// <see cref="Copy"/>, <see cref="PlaceOnHeap"/> and <see cref="ObserveReleased"/> take it where they must; of everything else the
/// caller holds it. Locks are taken in this order, and each may be left out:
/// </para>
/// <code>
///   the engine's list of threads → the allocator's lists of arenas and threads → one arena → the mmap lock → findings
/// </code>
/// <para>
/// An operation that fails leaves its locks taken; the engine then breaks them all, so that nobody waits or goes on.
/// </para>
/// </remarks>
internal sealed unsafe partial class WatchedProcess : IDisposable
{
    private readonly SiteCounters* _sites;
    private readonly FindingLog _findings;
    private int _mmapLock;

    public WatchedProcess(Process process, RealArena arena, TouchObserver observer, PageLedger ledger, BlockTable blocks, SiteCounters* sites, FindingLog findings)
    {
        Process = process;
        Arena = arena;
        Observer = observer;
        Ledger = ledger;
        Blocks = blocks;
        _sites = sites;
        _findings = findings;
    }

    public Process Process { get; }

    public RealArena Arena { get; }

    public TouchObserver Observer { get; }

    public PageLedger Ledger { get; }

    public MappingTable Mappings { get; } = new();

    public BlockTable Blocks { get; }

    /// <summary>Takes down what is observed; null where nothing is recorded.</summary>
    public Recorder? Recorder { get; set; }

    /// <summary>Faults on pages that no block has been placed on.</summary>
    public ulong AllocatorFaults { get; private set; }

    public void Lock() => HostLock.Enter(ref _mmapLock);

    public void Unlock() => HostLock.Exit(ref _mmapLock);

    public void BreakLock() => HostLock.Break(ref _mmapLock);

    /// <summary>Exclusive end of the heap's pages.</summary>
    public ulong HeapEnd => PageSize.Up(Process.CurrentBreak.Value);

    /// <summary>Whether an address lies in heap memory and not in a mapping of its own.</summary>
    public bool IsHeap(ulong address)
    {
        int index = FindMapping(address);
        return index < 0 ? address < HeapEnd : Mappings[index].Kind == MappingKind.Heap;
    }

    /// <summary>An access of the allocator to a header, within one page. No real page is touched: headers are in the shadow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Access(ulong address, AccessKind kind)
    {
        if (!Ledger.IsSettled(address))
            AccessUnsettled(PageSize.Down(address), kind);
    }

    /// <summary>The allocator's memset of a block (calloc, M_PERTURB): simulated writes, and real ones of exactly these bytes.</summary>
    public void Fill(ulong start, ulong length, byte value)
    {
        if (length == 0)
            return;
        ulong first = PageSize.Down(start);
        ulong end = PageSize.Up(start + length);
        bool isSettled = Ledger.AreSettled(first, end);
        if (!isSettled)
            ObserveIfTouched(first, end);
        RetireUnder(start, length);
        if (!isSettled)
            LockedTouch(first, end, AccessKind.Write);
        NativeMemory.Fill((void*)start, (nuint)length, value);
    }

    /// <summary>
    /// realloc's memcpy from a block to a fresh one: simulated reads and writes, and a real copy of exactly these bytes. The allocator frees
    /// the source next.
    /// </summary>
    public void Copy(ulong destination, ulong source, ulong length)
    {
        if (length == 0)
            return;
        ulong sourcePage = PageSize.Down(source);
        ulong sourceEnd = PageSize.Up(source + length);
        if (!Ledger.AreSettled(sourcePage, sourceEnd))
        {
            Lock();
            Observe(sourcePage, sourceEnd);
            TouchRange(sourcePage, sourceEnd, AccessKind.Read);
            Unlock();
        }

        RetireUnder(destination, length);
        LockedTouch(PageSize.Down(destination), PageSize.Up(destination + length), AccessKind.Write);
        Buffer.MemoryCopy((void*)source, (void*)destination, length, length);
        Recorder?.Mark();
        Blocks.MarkMoved(source);
    }

    /// <summary>Usable bytes are about to be overwritten. The last eight may lie in the next chunk, whose tag is not to be touched.</summary>
    private void RetireUnder(ulong start, ulong length)
        => Blocks.Retire(start - BlockTable.HeaderBytes, start + Math.Max(length, sizeof(ulong)) - sizeof(ulong));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AccessUnsettled(ulong page, AccessKind kind)
    {
        Lock();
        // The program may have been here before the allocator: its access came first and is its own.
        if (MayBeTouched(page))
            Observe(page, page + PageSize.Bytes);
        TouchRange(page, page + PageSize.Bytes, kind);
        if (kind == AccessKind.Write && !_ranOut && !_sawViolation)
            Ledger.At(page) |= PageLedger.Settled;
        Unlock();
    }

    private void ObserveIfTouched(ulong page, ulong end)
    {
        Lock();
        if (MayBeTouched(page))
            Observe(page, end);
        Unlock();
    }

    private void LockedTouch(ulong page, ulong end, AccessKind kind)
    {
        if (Ledger.AreSettled(page, end))
            return;
        Lock();
        TouchRange(page, end, kind);
        Unlock();
    }

    private bool MayBeTouched(ulong page)
    {
        int index = FindMapping(page);
        return index >= 0 && Mappings[index].Kind != MappingKind.Heap ? Mappings[index].HasOwner : PageLedger.HasOwner(Ledger.At(page));
    }

    public void Dispose() => Mappings.Dispose();

    /// <summary>The mapping that holds an address outside the break's heap, or -1.</summary>
    private int FindMapping(ulong address) => address < HeapEnd ? -1 : Mappings.Find(address);
}
