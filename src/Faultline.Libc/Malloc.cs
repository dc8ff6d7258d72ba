using System.Runtime.CompilerServices;
using Faultline.Kernel;

namespace Faultline.Libc;

/// <summary>
/// The malloc of glibc on x86-64 as one process sees it, over the system calls and the memory of <typeparamref name="TProcess"/>: that of 2.36 as
/// Debian 12 builds it, or a later one's (<see cref="LibcProfile"/>). Pointers are simulated addresses; sizes are bytes; a request that cannot be met
/// answers 0 and throws nothing.
/// </summary>
/// <remarks>
/// The state is split as glibc splits it. Per process: the fields of this class. Per arena: a malloc_state in the shadow
/// (<see cref="ArenaLayout"/>), known by its simulated address. Per thread: <see cref="MallocThread"/>.
/// Calls without a thread are the main thread's. Calls of different threads may run at the same time once the process is
/// multi-threaded (<see cref="MallocOptions.MultiThreaded"/>) if TProcess can take it: arenas have their locks.
/// </remarks>
public sealed unsafe partial class Malloc<TProcess>
    where TProcess : struct, ISystemCalls, IMemoryAccess
{
    private readonly ChunkShadow _shadow;
    private readonly MallocOptions _options;
    private readonly LibcProfile _profile;

    // Of the profile, for the paths that most calls take.
    private readonly bool _keepsBlocksThatFit;
    private readonly bool _callocTakesFromCache;
    private readonly bool _freesToSmallBins;

    private readonly ulong _delta;
    private readonly ulong _mainArena;
    private readonly MallocThread _mainThread;
    private TProcess _process;

    /// <param name="process">System calls and memory of the simulated process; kept by value.</param>
    /// <param name="shadow">Must cover every address that the process's brk and mmap can answer.</param>
    /// <param name="options">See <see cref="MallocOptions"/>.</param>
    public Malloc(TProcess process, ChunkShadow shadow, MallocOptions options)
    {
        _process = process;
        _shadow = shadow;
        _options = options;
        _profile = options.Profile;
        (_keepsBlocksThatFit, _callocTakesFromCache, _freesToSmallBins) = (_profile.KeepsBlocksThatFit, _profile.CallocTakesFromCache, _profile.FreesToSmallBins);
        _delta = shadow.Delta;
        _mainArena = shadow.MainArena;
        _multiThreaded = options.MultiThreaded;
        InitializeArena(_mainArena);
        Store(in Word(_mainArena + ArenaLayout.Next), _mainArena);
        Store(in Word(_mainArena + ArenaLayout.AttachedThreads), 1);
        _mainThread = new MallocThread(0) { Arena = _mainArena };
        _threads = _mainThread;
        Apply(options.Tunables);
    }

    /// <summary>The process that the allocator works in.</summary>
    public ref TProcess Process => ref _process;

    /// <summary>The glibc whose malloc it is.</summary>
    public LibcProfile Profile => _profile;

    /// <summary>The context of the thread that the process started with; attached to the main arena.</summary>
    public MallocThread MainThread => _mainThread;

    // Words of the shadow, by simulated address. They are changed by Store.

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref readonly ulong Word(ulong address) => ref *(ulong*)(address + _delta);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref readonly int IntWord(ulong address) => ref *(int*)(address + _delta);

    /// <summary>Size and flags of a chunk.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref readonly ulong Head(ulong chunk) => ref Word(chunk + ChunkLayout.SizeOffset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong SizeOf(ulong chunk) => Head(chunk) & ~ChunkLayout.FlagMask;

    /// <summary>Size of the chunk before; only valid while that one is free.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref readonly ulong PreviousSize(ulong chunk) => ref Word(chunk);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref readonly ulong Fd(ulong chunk) => ref Word(chunk + ChunkLayout.FdOffset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref readonly ulong Bk(ulong chunk) => ref Word(chunk + ChunkLayout.BkOffset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref readonly ulong FdNextSize(ulong chunk) => ref Word(chunk + ChunkLayout.FdNextSizeOffset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref readonly ulong BkNextSize(ulong chunk) => ref Word(chunk + ChunkLayout.BkNextSizeOffset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool PreviousInUse(ulong chunk) => (Head(chunk) & ChunkLayout.PreviousInUse) != 0;

    /// <summary>A chunk is in use if the chunk behind it says so; cached and fastbin chunks count as in use.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool InUse(ulong chunk, ulong size) => PreviousInUse(chunk + size);

    // Accesses that may reach a page that is not present: what the kernel turns into faults. Headers and links of live and
    // binned chunks are on pages that were written before, so reads and updates of those are not reported.

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void TouchWrite(ulong address) => _process.Access(new VirtualAddress(address), AccessKind.Write);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void TouchRead(ulong address) => _process.Access(new VirtualAddress(address), AccessKind.Read);
}
