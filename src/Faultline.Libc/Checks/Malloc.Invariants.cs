using System.Runtime.CompilerServices;

namespace Faultline.Libc;

// What must hold between two calls, whatever the program did.
public sealed unsafe partial class Malloc<TProcess>
{
    /// <summary>
    /// Walks every arena and every list and compares them. No other thread may be in the allocator. Throws
    /// <see cref="InvalidOperationException"/> with the values that do not agree.
    /// </summary>
    public void CheckInvariants()
    {
        ulong cached = 0, arena = _mainArena;
        do
        {
            Tally walked = CheckParts(arena);
            Tally listed = CheckLists(arena);
            Require(walked.Binned == listed.Binned && walked.BinnedBytes == listed.BinnedBytes,
                $"arena 0x{arena:x}: heap has {walked.Binned} free chunks of {walked.BinnedBytes} bytes, bins {listed.Binned} of {listed.BinnedBytes}");
            Require(walked.Fast == listed.Fast, $"arena 0x{arena:x}: {walked.Fast} fast chunks in the heap, {listed.Fast} in the fastbins");
            Require(listed.Fast == 0 || HaveFastChunks(arena) != 0, $"arena 0x{arena:x}: {listed.Fast} fast chunks and no flag");
            cached += walked.Cached;
            CheckSystemMemory(arena, walked.Bytes);
            arena = NextArena(arena);
        }
        while (arena != _mainArena);
        CheckThreads(cached);
        Require(_mappedChunks >= 0 && (_mappedChunks == 0) == (_mappedBytes == 0),
            $"{_mappedChunks} mapped chunks of {_mappedBytes} bytes");
    }

    private Tally CheckParts(ulong arena)
    {
        Tally tally = default;
        ulong part = 0;
        while (TryPart(arena, ref part, out ulong start, out ulong end))
        {
            tally.Bytes += end - start;
            HeapChunk previous = default;
            for (ulong at = start; at != end; at += previous.Size)
            {
                HeapChunk chunk = ChunkAt(arena, at, end);
                CheckChunk(arena, chunk, previous, end);
                tally.Count(chunk);
                previous = chunk;
            }
        }

        return tally;
    }

    private void CheckChunk(ulong arena, HeapChunk chunk, HeapChunk previous, ulong end)
    {
        ulong head = Head(chunk.Address);
        Require(chunk.Size % ChunkLayout.Alignment == 0 && chunk.Size <= end - chunk.Address,
            $"chunk {chunk} is odd or ends past 0x{end:x}");
        Require((head & ChunkLayout.Mapped) == 0, $"chunk {chunk} in a heap says it is mapped");
        bool previousFree = previous.Size != 0 && previous.Kind == ChunkKind.Binned;
        Require(((head & ChunkLayout.PreviousInUse) == 0) == previousFree, $"chunk {chunk} is wrong about the one before, {previous}");
        Require(!previousFree || PreviousSize(chunk.Address) == previous.Size, $"foot {PreviousSize(chunk.Address)} of {previous}");
        Require(!previousFree || chunk.Kind is not (ChunkKind.Binned or ChunkKind.Top), $"{previous} was not merged with {chunk}");
        bool flagged = (head & ChunkLayout.SecondaryArena) != 0;
        bool handedOut = chunk.Kind is ChunkKind.Live or ChunkKind.CacheStructure or ChunkKind.Cached or ChunkKind.Fast;
        Require(flagged == (handedOut && arena != _mainArena), $"arena flag {flagged} of {chunk} in arena 0x{arena:x}");
    }

    private void CheckSystemMemory(ulong arena, ulong walked)
    {
        ulong system = SystemMemory(arena);
        if (arena == _mainArena)
        {
            bool oneRun = _segments.Count == 1 && IsContiguous(arena);
            Require(oneRun ? system - walked < ChunkLayout.Alignment : system >= walked,
                $"main arena: {system} bytes from the system, {walked} in chunks");
            return;
        }

        ulong sizes = 0;
        for (ulong heap = HeapLayout.Of(Top(arena)); heap != 0; heap = Word(heap + HeapLayout.Previous))
        {
            Require(Word(heap + HeapLayout.Arena) == arena,
                $"heap 0x{heap:x} of arena 0x{arena:x} names 0x{Word(heap + HeapLayout.Arena):x}");
            Require(Word(heap + HeapLayout.Size) <= Word(heap + HeapLayout.WritableSize),
                $"heap 0x{heap:x} uses {Word(heap + HeapLayout.Size)} of {Word(heap + HeapLayout.WritableSize)} writable bytes");
            sizes += Word(heap + HeapLayout.Size);
        }

        Require(sizes == system, $"arena 0x{arena:x}: {system} bytes from the system, {sizes} in heaps");
    }

    private static void Require(bool condition, [InterpolatedStringHandlerArgument(nameof(condition))] ref ViolationText values)
    {
        if (!condition)
            throw new InvalidOperationException(values.ToString());
    }

    /// <summary>What a walk over chunks or lists found.</summary>
    private struct Tally
    {
        public ulong Bytes, Binned, BinnedBytes, Fast, Cached;

        public void Count(HeapChunk chunk)
        {
            Binned += chunk.Kind == ChunkKind.Binned ? 1UL : 0;
            BinnedBytes += chunk.Kind == ChunkKind.Binned ? chunk.Size : 0;
            Fast += chunk.Kind == ChunkKind.Fast ? 1UL : 0;
            Cached += chunk.Kind == ChunkKind.Cached ? 1UL : 0;
        }
    }
}
