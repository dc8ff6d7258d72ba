using Faultline.Kernel;

namespace Faultline.Libc.Tests;

public class HeapWalkTests
{
    [Fact]
    public void Every_chunk_is_listed_with_what_it_is()
    {
        using TestHeap heap = new();
        ulong[] small = heap.Allocate(9, 40);
        ulong free = heap.Malloc.Allocate(2000), live = heap.Malloc.Allocate(3000);
        heap.Free(small);
        heap.Free(free);
        List<HeapChunk> chunks = [];
        foreach (HeapChunk chunk in heap.Malloc.WalkHeaps())
            chunks.Add(chunk);

        Assert.Equal(new HeapChunk(TestHeap.Base, 0x290, ChunkKind.CacheStructure), chunks[0]);
        Assert.Equal(7, chunks.Count(c => c.Kind == ChunkKind.Cached));
        Assert.Equal(2, chunks.Count(c => c.Kind == ChunkKind.Fast));
        Assert.Equal(free, Assert.Single(chunks, c => c.Kind == ChunkKind.Binned).Pointer);
        Assert.Equal(live, Assert.Single(chunks, c => c.Kind == ChunkKind.Live).Pointer);
        Assert.Equal(ChunkKind.Top, chunks[^1].Kind);
        Assert.Equal(heap.HeapBytes, chunks.Aggregate(0UL, (sum, c) => sum + c.Size));
    }

    [Fact]
    public void A_walk_allocates_nothing()
    {
        using TestHeap heap = new();
        heap.Free(heap.Allocate(500, 700));
        ulong bytes = Walk(heap.Malloc);
        long before = GC.GetAllocatedBytesForCurrentThread();
        ulong again = Walk(heap.Malloc);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal((bytes, 0L), (again, allocated));
    }

    [Fact]
    public void All_arenas_and_heaps_are_walked()
    {
        using TestHeap heap = new();
        heap.Malloc.Allocate(24);
        foreach (int _ in Enumerable.Range(0, 3))
        {
            MallocThread thread = heap.Malloc.StartThread();
            for (int i = 0; i < 700; i++)
                heap.Malloc.Allocate(thread, 100_000);
        }

        int live = 0, tops = 0;
        foreach (HeapChunk chunk in heap.Malloc.WalkHeaps())
        {
            live += chunk.Kind == ChunkKind.Live ? 1 : 0;
            tops += chunk.Kind == ChunkKind.Top ? 1 : 0;
        }

        Assert.Equal((2101, 4), (live, tops));
    }

    private static ulong Walk(Malloc<SimulatedProcess> malloc)
    {
        ulong bytes = 0;
        foreach (HeapChunk chunk in malloc.WalkHeaps())
            bytes += chunk.Size;
        return bytes;
    }
}
