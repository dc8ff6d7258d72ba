namespace Faultline.Reporting;

/// <summary>
/// The one number that a limit on fragmentation is about: of the bytes that the allocator's heaps hold, the share that is free and that
/// trimming could not give back, since blocks above it are alive or free neighbours were not merged.
/// </summary>
public static class HeapShare
{
    /// <summary>0 to 1; 0 for a heap of nothing.</summary>
    public static double Fragmentation(ulong freeBytes, ulong trimmableBytes, ulong heapBytes)
        => heapBytes == 0 || freeBytes <= trimmableBytes ? 0 : Math.Min(1, (double)(freeBytes - trimmableBytes) / heapBytes);

    public static double Fragmentation(HeapFragmentation heap) => Fragmentation(heap.FreeBytes, heap.TrimmableBytes, heap.HeapBytes);
}
