using System.Runtime.CompilerServices;
using Faultline.Kernel.Host;

namespace Faultline.Libc;

// Which arena a thread works in (glibc 2.36, malloc/arena.c, with Debian's change that all online processors count). A
// thread gets one at the first operation that needs it: one that a dead thread left, else a new one while there may be more,
// else the next of the ring. Arenas are never destroyed.
public sealed unsafe partial class Malloc<TProcess>
{
    /// <summary>Arenas for each processor, once there is a limit.</summary>
    private const ulong ArenasPerCpu = 8;

    private int _arenaLists;
    private readonly List<ulong> _arenas = [];
    private ulong _freeArenas;
    private ulong _nextToUse;

    /// <summary>Arenas that exist or are being made, the main one included.</summary>
    private ulong _arenaCount = 1;

    /// <summary>0 until it is computed; then it never changes.</summary>
    private ulong _arenaLimit;

    private ulong _arenaMax;
    private ulong _arenaTest = ArenasPerCpu;

    /// <summary>The arena for a request: without threads the main one, whatever happened before; else the thread's own.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong ArenaFor(MallocThread thread, ulong hint) => _multiThreaded ? AttachedArena(thread, hint) : _mainArena;

    private ulong AttachedArena(MallocThread thread, ulong hint) => thread.Arena != 0 ? thread.Arena : SelectArena(thread, hint);

    /// <summary>The arena that a chunk of no mapping belongs to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong ArenaOf(ulong chunk) => (Head(chunk) & ChunkLayout.SecondaryArena) == 0
        ? _mainArena
        : Word(HeapLayout.Of(chunk) + HeapLayout.Arena);

    private ulong NextArena(ulong arena) => Word(arena + ArenaLayout.Next);

    private ref readonly ulong AttachedThreads(ulong arena) => ref Word(arena + ArenaLayout.AttachedThreads);

    /// <summary>Attaches a thread to an arena, for good. 0 if a new one was due and there is no memory for it.</summary>
    private ulong SelectArena(MallocThread thread, ulong hint)
    {
        HostLock.Enter(ref _arenaLists);
        ulong arena = PopFreeArena();
        if (arena == 0)
            arena = MayCreateArena() ? CreateArena(hint) : PickUsedArena();
        if (arena != 0)
        {
            Store(in AttachedThreads(arena), AttachedThreads(arena) + 1);
            if (thread.Arena != 0)
                Store(in AttachedThreads(thread.Arena), AttachedThreads(thread.Arena) - 1);
            thread.Arena = arena;
        }

        HostLock.Exit(ref _arenaLists);
        return arena;
    }

    private ulong PopFreeArena()
    {
        ulong arena = _freeArenas;
        if (arena != 0)
            _freeArenas = Word(arena + ArenaLayout.NextFree);
        return arena;
    }

    /// <summary>The limit is looked up when there are more than arena_test arenas; until then there is none.</summary>
    private bool MayCreateArena()
    {
        if (_arenaLimit == 0 && _arenaMax != 0)
        {
            _arenaLimit = _arenaMax;
        }
        else if (_arenaLimit == 0 && _arenaCount > _arenaTest)
        {
            _options.Consulted?.Invoke(ConsultedFile.OnlineCpus);
            _arenaLimit = ArenasPerCpu * (ulong)_options.OnlineCpus;
        }

        return _arenaCount <= _arenaLimit - 1;
    }

    /// <summary>The next arena of the ring that is not busy; if all are, the next one.</summary>
    private ulong PickUsedArena()
    {
        ulong start = _nextToUse != 0 ? _nextToUse : _mainArena, arena = start;
        while (IsLocked(arena))
        {
            arena = NextArena(arena);
            if (arena == start)
                break;
        }

        _nextToUse = NextArena(arena);
        return arena;
    }

    /// <summary>
    /// Where to try a failed request again: a secondary arena's in the main arena; the main arena's in another, to which its
    /// thread is attached from then on. False without threads, and where there was no arena in the first place.
    /// </summary>
    private bool HasSecondTry(MallocThread thread, ulong arena, ulong hint, out ulong other)
    {
        other = 0;
        if (!_multiThreaded || arena == 0)
            return false;
        other = OtherArena(thread, arena, hint);
        return true;
    }

    private ulong OtherArena(MallocThread thread, ulong arena, ulong hint) => arena != _mainArena ? _mainArena : SelectArena(thread, hint);

    /// <summary>
    /// A new arena in a heap of its own, with room for the request if a heap can have it. Not attached yet; 0 without memory.
    /// </summary>
    private ulong CreateArena(ulong hint)
    {
        const ulong Needed = HeapLayout.HeaderSize + ArenaLayout.Size + ChunkLayout.Alignment;
        ulong heap = NewHeap(Needed + hint);
        if (heap == 0)
            heap = NewHeap(Needed);
        if (heap == 0)
            return 0;
        ulong arena = heap + HeapLayout.HeaderSize, size = Word(heap + HeapLayout.Size);
        Store(in Word(heap + HeapLayout.Arena), arena);
        InitializeArena(arena);
        Store(in MaximumSystemMemory(arena), size);
        Store(in SystemMemory(arena), size);
        SetTop(arena, heap + HeapLayout.FirstChunk, size - HeapLayout.FirstChunk);
        Store(in Word(arena + ArenaLayout.Next), NextArena(_mainArena));
        Volatile.Write(ref Unsafe.AsRef(in Word(_mainArena + ArenaLayout.Next)), arena);
        _arenas.Add(arena);
        _arenaCount++;
        return arena;
    }
}
