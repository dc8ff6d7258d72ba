namespace Faultline.Libc;

// fork(2) as malloc sees it (glibc 2.36, posix/fork.c, malloc/arena.c __malloc_fork_lock_parent, __malloc_fork_unlock_parent and
// __malloc_fork_unlock_child). The child has the whole heap and one thread, the one that forked. What other threads had in their caches is lost
// there: live blocks that nobody can free. Their arenas wait for the child's next threads.
public sealed unsafe partial class Malloc<TProcess>
{
    /// <summary>Before the fork: with several threads every lock is taken, so that the child gets no arena that somebody is working on.</summary>
    public void LockForFork()
    {
        foreach (ulong arena in Ring())
            Lock(arena);
    }

    /// <summary>After the fork, in the parent, and where the fork failed. Each unlocking is a store to the arena's page, which the child has too by now.</summary>
    public void UnlockInParent()
    {
        foreach (ulong arena in Ring())
        {
            if (_multiThreaded)
                NoteStore(arena);
            Unlock(arena);
        }
    }

    /// <summary>
    /// The child's allocator. To be called between <see cref="LockForFork"/> and <see cref="UnlockInParent"/>. Throws <see cref="ArgumentException"/> for
    /// a shadow of other bounds than this one's.
    /// </summary>
    /// <param name="caller">The thread that forks; <see cref="MainThread"/> of the child is its copy.</param>
    /// <param name="child">The child's system calls and memory.</param>
    /// <param name="shadow">The child's, still empty.</param>
    /// <param name="mapped">All live blocks that are mappings of their own, which no list leads to.</param>
    public Malloc<TProcess> CopyFor(MallocThread caller, TProcess child, ChunkShadow shadow, IEnumerable<ulong> mapped)
    {
        if (shadow.Start != _shadow.Start || shadow.Length != _shadow.Length)
            throw new ArgumentException($"the shadow of the child covers [{shadow.Start}, +{shadow.Length}), not [{_shadow.Start}, +{_shadow.Length})");
        shadow.CopyFrom(_shadow, _mainArena, Kernel.PageSize.Bytes);
        foreach (ulong arena in Ring())
        {
            ulong part = 0;
            while (TryPart(arena, ref part, out ulong start, out ulong end))
            {
                ulong first = arena == _mainArena ? start : HeapLayout.Of(start);
                shadow.CopyFrom(_shadow, first, end - first);
            }
        }

        foreach (ulong pointer in mapped)
            shadow.CopyFrom(_shadow, pointer - ChunkLayout.HeaderSize, ChunkLayout.HeaderSize);
        return new Malloc<TProcess>(this, caller, child, shadow);
    }

    private Malloc(Malloc<TProcess> parent, MallocThread caller, TProcess child, ChunkShadow shadow)
    {
        _process = child;
        _shadow = shadow;
        _options = parent._options;
        _profile = parent._profile;
        (_keepsBlocksThatFit, _callocTakesFromCache, _freesToSmallBins) = (parent._keepsBlocksThatFit, parent._callocTakesFromCache, parent._freesToSmallBins);
        _delta = shadow.Delta;
        _mainArena = shadow.MainArena;
        _multiThreaded = parent._multiThreaded;
        CopySettings(parent);
        _segments.AddRange(parent._segments);
        _arenas.AddRange(parent._arenas);
        (_freeArenas, _nextToUse, _arenaCount, _heapHint) = (parent._freeArenas, parent._nextToUse, parent._arenaCount, parent._heapHint);
        _mainThread = new MallocThread(caller.Number) { Arena = caller.Arena, CacheBlock = caller.CacheBlock, CacheShutDown = caller.CacheShutDown };
        if (caller.Cache != null)
            _mainThread.Cache = (byte*)(caller.CacheBlock + _delta);
        _threads = _mainThread;
        _threadsStarted = parent._threadsStarted;
        for (MallocThread? other = parent._threads; other != null; other = other.Next)
            if (other != caller && other.Cache != null)
                LoseCache((byte*)(other.CacheBlock + _delta));
        if (_multiThreaded)
            UnlockInChild();
    }

    private void CopySettings(Malloc<TProcess> parent)
    {
        (_mmapThreshold, _trimThreshold, _topPad, _thresholdsFrozen) = (parent._mmapThreshold, parent._trimThreshold, parent._topPad, parent._thresholdsFrozen);
        (_maximumFast, _tcacheBins, _tcacheCount, _tcacheUnsortedLimit) = (parent._maximumFast, parent._tcacheBins, parent._tcacheCount, parent._tcacheUnsortedLimit);
        (_mappedChunks, _maximumMappedChunks, _peakMappedChunks) = (parent._mappedChunks, parent._maximumMappedChunks, parent._peakMappedChunks);
        (_mappedBytes, _peakMappedBytes, _perturb) = (parent._mappedBytes, parent._peakMappedBytes, parent._perturb);
        (_arenaLimit, _arenaMax, _arenaTest, _overcommitKnown) = (parent._arenaLimit, parent._arenaMax, parent._arenaTest, parent._overcommitKnown);
    }

    /// <summary>To the child blocks in a cache that no thread has are live. The marks are the heap walk's: glibc writes nothing.</summary>
    private void LoseCache(byte* cache)
    {
        for (ulong index = 0; index < TcacheLayout.MaximumBins; index++)
            for (ulong pointer = CacheEntry(cache, index); pointer != 0; pointer = Word(pointer))
                Mark(pointer - ChunkLayout.HeaderSize, 0);
    }

    /// <summary>All arenas but the thread's own are free, the last of the ring first.</summary>
    private void UnlockInChild()
    {
        if (_mainThread.Arena != 0)
            Store(in AttachedThreads(_mainThread.Arena), 1);
        _freeArenas = 0;
        foreach (ulong arena in Ring())
        {
            Store(in IntWord(arena + ArenaLayout.Mutex), 0);
            if (arena == _mainThread.Arena)
                continue;
            Store(in AttachedThreads(arena), 0);
            Store(in Word(arena + ArenaLayout.NextFree), _freeArenas);
            _freeArenas = arena;
        }
    }

    /// <summary>The arenas in the order of their ring, the main one first.</summary>
    private IEnumerable<ulong> Ring()
    {
        ulong arena = _mainArena;
        do
        {
            yield return arena;
            arena = NextArena(arena);
        }
        while (arena != _mainArena);
    }
}
