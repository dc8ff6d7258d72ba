using Faultline.Kernel;

namespace Faultline.Libc;

// Growing the main arena (sysmalloc of glibc 2.36 to 2.41, malloc/malloc.c): by brk while that works, by a mapping when it fails.
public sealed unsafe partial class Malloc<TProcess>
{
    /// <summary>Extends top, or replaces it, or (when memory is out) leaves it as it is.</summary>
    private void ExtendMainArena(MallocThread thread, ulong size)
    {
        ulong arena = _mainArena;
        ulong oldTop = Top(arena), oldSize = SizeOf(oldTop);
        ulong wanted = size + _topPad + ChunkLayout.MinimumSize;
        if (IsContiguous(arena))
            wanted -= oldSize;
        wanted = PageSize.Up(wanted);

        ulong start = 0;
        bool fromBreak = (long)wanted > 0 && SetBreakBy((long)wanted, out start);
        if (!fromBreak && !MapFallback(size, oldSize, ref wanted, out start))
            return;
        RequireCovered(start, wanted);
        Store(in SystemMemory(arena), SystemMemory(arena) + wanted);
        if (fromBreak && oldSize != 0 && start == oldTop + oldSize)
        {
            Store(in Head(oldTop), (oldSize + wanted) | ChunkLayout.PreviousInUse);
            return;
        }

        ulong end = IsContiguous(arena)
            ? AlignNewTop(arena, oldTop, oldSize, ref start, wanted)
            : fromBreak ? _process.CurrentBreak.Value : start + wanted;
        SetTop(arena, start, end - start);
        OpenSegment(start);
        if (oldSize != 0)
            FenceOffMain(thread, arena, oldTop, oldSize);
    }

    /// <summary>
    /// The break did not continue the old top: this is the first extension, or somebody else moved the break. The gap counts
    /// as the arena's, and the break is moved once more so that top ends on a page (with what the old top held, which
    /// can no longer be joined). Answers top's end.
    /// </summary>
    private ulong AlignNewTop(ulong arena, ulong oldTop, ulong oldSize, ref ulong start, ulong length)
    {
        if (oldSize != 0)
            Store(in SystemMemory(arena), SystemMemory(arena) + start - (oldTop + oldSize));
        ulong end = start + length;
        ulong aligned = (start + ChunkLayout.AlignmentMask) & ~ChunkLayout.AlignmentMask;
        ulong correction = aligned - start + oldSize;
        correction += PageSize.Up(end + correction) - (end + correction);
        start = aligned;
        if (!SetBreakBy((long)correction, out ulong oldBreak))
            return _process.CurrentBreak.Value;
        Store(in SystemMemory(arena), SystemMemory(arena) + correction);
        return oldBreak + correction;
    }

    /// <summary>brk is exhausted: memory for the arena from anywhere. The arena is not contiguous any more, for good.</summary>
    private bool MapFallback(ulong size, ulong oldSize, ref ulong wanted, out ulong start)
    {
        start = 0;
        ulong length = wanted;
        if (IsContiguous(_mainArena))
            length = (length + oldSize + _profile.FallbackUnit - 1) & ~(_profile.FallbackUnit - 1);
        length = Math.Max(length, _profile.FallbackMinimum);
        if (length <= size)
            return false;
        SystemCallResult mapping = _process.Mmap(VirtualAddress.Null, length, Protection.ReadWrite, MapFlags.Private);
        if (mapping.Failed)
            return false;
        Store(in IntWord(_mainArena + ArenaLayout.Flags), IntWord(_mainArena + ArenaLayout.Flags) | ArenaLayout.NonContiguous);
        start = mapping.Address.Value;
        wanted = length;
        return true;
    }

    private void SetTop(ulong arena, ulong top, ulong size)
    {
        Store(in Top(arena), top);
        TouchWrite(top + ChunkLayout.SizeOffset);
        Store(in Head(top), size | ChunkLayout.PreviousInUse);
    }

    /// <summary>
    /// Closes an old top that cannot be joined: two chunks of 16 bytes that are never free stop every merge there, and what
    /// is left before them is freed.
    /// </summary>
    private void FenceOffMain(MallocThread thread, ulong arena, ulong oldTop, ulong oldSize)
    {
        ulong rest = (oldSize - 2 * ChunkLayout.HeaderSize) & ~ChunkLayout.AlignmentMask;
        Store(in Head(oldTop), rest | ChunkLayout.PreviousInUse);
        for (ulong fence = oldTop + rest; fence <= oldTop + rest + ChunkLayout.HeaderSize; fence += ChunkLayout.HeaderSize)
        {
            TouchWrite(fence + ChunkLayout.SizeOffset);
            Store(in Head(fence), ChunkLayout.HeaderSize | ChunkLayout.PreviousInUse);
        }

        CloseSegment(oldTop + rest + 2 * ChunkLayout.HeaderSize);
        if (rest >= ChunkLayout.MinimumSize)
            CoreFree(thread, arena, oldTop, locked: true);
    }
}
