using System.Diagnostics;
using System.Runtime.CompilerServices;
using Faultline.Kernel;

namespace Faultline.Libc;

// A thread's cache (TcacheLayout): get and put are the two paths that almost every malloc and free of small blocks takes.
public sealed unsafe partial class Malloc<TProcess>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref readonly ushort CacheCount(byte* cache, ulong index) => ref ((ushort*)cache)[index];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref readonly ulong CacheEntry(byte* cache, ulong index) => ref ((ulong*)(cache + TcacheLayout.Entries))[index];

    /// <summary>Takes the block that was cached last; the list must not be empty. User pointer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong CacheGet(byte* cache, ulong index)
    {
        ulong pointer = CacheEntry(cache, index);
        Debug.Assert(CacheCount(cache, index) != 0 && Word(pointer + ChunkLayout.WordSize) == TcacheLayout.CachedKey);
        Store(in CacheEntry(cache, index), Word(pointer));
        Store(in CacheCount(cache, index), (ushort)(CacheCount(cache, index) - 1));
        Store(in Word(pointer + ChunkLayout.WordSize), 0);
        return pointer;
    }

    /// <summary>Takes the block at a multiple of the alignment that was cached last; 0 if there is none.</summary>
    private ulong CacheGetAligned(byte* cache, ulong index, ulong alignment)
    {
        ulong pointer = CacheEntry(cache, index), before = 0;
        while (pointer != 0 && (pointer & (alignment - 1)) != 0)
        {
            before = pointer;
            pointer = Word(pointer);
        }

        if (pointer == 0 || before == 0)
            return pointer == 0 ? 0 : CacheGet(cache, index);
        Store(in Word(before), Word(pointer));
        Store(in CacheCount(cache, index), (ushort)(CacheCount(cache, index) - 1));
        Store(in Word(pointer + ChunkLayout.WordSize), 0);
        return pointer;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void CachePut(byte* cache, ulong index, ulong pointer)
    {
        TouchWrite(pointer);
        Store(in Word(pointer + ChunkLayout.WordSize), TcacheLayout.CachedKey);
        Store(in Word(pointer), CacheEntry(cache, index));
        Store(in CacheEntry(cache, index), pointer);
        Store(in CacheCount(cache, index), (ushort)(CacheCount(cache, index) + 1));
    }

    /// <summary>
    /// A free looks at the word where the key would be before anything else. That matters to the kernel only where the
    /// block starts on a page of its own: anywhere else the header is on the same page, which is present and written.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void ReadKey(ulong pointer)
    {
        if ((pointer & PageSize.Mask) == 0)
            TouchRead(pointer + ChunkLayout.WordSize);
    }

    /// <summary>There is a list of this number and it has blocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool CacheHasBlocks(MallocThread thread, ulong index) =>
        thread.Cache != null && index < _tcacheBins && CacheCount(thread.Cache, index) != 0;

    /// <summary>There is a list for this chunk size and it has room.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool CacheHasRoom(MallocThread thread, ulong index) =>
        thread.Cache != null && index < _tcacheBins && CacheCount(thread.Cache, index) < _tcacheCount;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void EnsureCache(MallocThread thread)
    {
        if (thread.Cache == null && !thread.CacheShutDown)
            CreateCache(thread);
    }

    /// <summary>
    /// Makes the thread's cache: a block of its arena, all zeros; without memory there, of another arena, even in a process
    /// without threads. Without any the thread goes on and tries again at its next call.
    /// </summary>
    private void CreateCache(MallocThread thread)
    {
        ulong arena = AttachedArena(thread, TcacheLayout.BlockSize);
        ulong pointer = AllocateLocked(thread, arena, TcacheLayout.BlockSize);
        if (pointer == 0 && arena != 0)
            pointer = AllocateLocked(thread, OtherArena(thread, arena, TcacheLayout.BlockSize), TcacheLayout.BlockSize);
        if (pointer == 0)
            return;
        new Span<byte>((void*)(pointer + _delta), (int)TcacheLayout.BlockSize).Clear();
        _process.Clear(new VirtualAddress(pointer), TcacheLayout.BlockSize);
        thread.CacheBlock = pointer;
        thread.Cache = (byte*)(pointer + _delta);
    }
}
