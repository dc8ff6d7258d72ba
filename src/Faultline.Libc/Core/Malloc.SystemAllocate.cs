using Faultline.Kernel;

namespace Faultline.Libc;

// Asking the kernel (sysmalloc of glibc 2.36, malloc/malloc.c), when nothing that the arena has is big enough.
public sealed unsafe partial class Malloc<TProcess>
{
    /// <summary>A chunk of this size, or 0. Arena 0: only a mapping of its own can serve.</summary>
    private ulong SystemAllocate(MallocThread thread, ulong arena, ulong size)
    {
        bool triedMapping = arena == 0 || (size >= _mmapThreshold && _mappedChunks < _maximumMappedChunks);
        if (triedMapping)
        {
            ulong mapped = AllocateMapped(size);
            if (mapped != 0 || arena == 0)
                return mapped;
        }

        if (arena == _mainArena)
        {
            ExtendMainArena(thread, size);
        }
        else if (!ExtendSecondaryArena(thread, arena, size) && !triedMapping)
        {
            // No room for another heap: a mapping is worth a try even below the threshold.
            ulong mapped = AllocateMapped(size);
            if (mapped != 0)
                return mapped;
        }

        UpdateMaximumSystemMemory(arena);
        return SizeOf(Top(arena)) >= size + ChunkLayout.MinimumSize ? CutFromTop(arena, size) : 0;
    }

    /// <summary>
    /// A chunk that is a mapping of its own: its length is the pages that the chunk and one word need, and it is not part of
    /// any arena. 0 if the kernel refuses.
    /// </summary>
    private ulong AllocateMapped(ulong size)
    {
        ulong length = PageSize.Up(size + ChunkLayout.WordSize);
        if (length <= size)
            return 0;
        SystemCallResult mapping = _process.Mmap(VirtualAddress.Null, length, Protection.ReadWrite, MapFlags.Private);
        if (mapping.Failed)
            return 0;
        ulong chunk = mapping.Address.Value;
        RequireCovered(chunk, length);
        TouchWrite(chunk + ChunkLayout.SizeOffset);
        Store(in PreviousSize(chunk), 0);
        Store(in Head(chunk), length | ChunkLayout.Mapped);
        CountMapping(1, length);
        return chunk;
    }

    /// <summary>Live chunks and bytes of mappings, and the most there ever were; other threads count at the same time.</summary>
    private void CountMapping(int chunks, ulong bytes)
    {
        int live = Interlocked.Add(ref _mappedChunks, chunks);
        ulong length = Interlocked.Add(ref _mappedBytes, bytes);
        for (int peak = _peakMappedChunks; live > peak; peak = _peakMappedChunks)
            Interlocked.CompareExchange(ref _peakMappedChunks, live, peak);
        for (ulong peak = _peakMappedBytes; length > peak; peak = _peakMappedBytes)
            Interlocked.CompareExchange(ref _peakMappedBytes, length, peak);
    }

    private void RequireCovered(ulong address, ulong length)
    {
        if (!_shadow.Covers(address, length))
            throw new InvalidOperationException(
                $"the kernel placed [0x{address:x}, +{length}) outside the shadow [{_shadow.Start}, +{_shadow.Length}): "
                + "the address-space layout must lie inside it");
    }
}
