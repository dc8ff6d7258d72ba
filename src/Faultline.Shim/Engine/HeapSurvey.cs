using System.Runtime.CompilerServices;
using Faultline.Libc;
using Faultline.Shim.Watching;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Engine;

/// <summary>One walk over the heap's chunks: what they say about its pages, and on the way the guards of live blocks and the markers of freed ones.</summary>
internal static class HeapSurvey
{
    /// <summary>Takes the walk. With <paramref name="checkBlocks"/> guards and markers are checked too. Locks the arenas one by one.</summary>
    public static HeapPages<Residence> Walk(Malloc<ArenaProcess> malloc, WatchedProcess watched, bool checkBlocks)
    {
        HeapPages<Residence> pages = new(new Residence(watched));
        foreach (HeapChunk chunk in malloc.WalkHeaps())
        {
            pages.Add(chunk);
            if (checkBlocks)
                Check(watched.Blocks, chunk);
        }

        pages.Finish();
        return pages;
    }

    private static void Check(BlockTable blocks, HeapChunk chunk)
    {
        if (chunk.Kind == ChunkKind.Live)
        {
            ref BlockTag tag = ref blocks.FindLive(chunk.Address);
            if (!Unsafe.IsNullRef(ref tag))
                blocks.CheckGuardOfOthers(ref tag, chunk.Pointer, chunk.Address + chunk.Size + BlockTable.HeaderBytes);
        }
        else if (chunk.Kind is ChunkKind.Cached or ChunkKind.Fast or ChunkKind.Binned or ChunkKind.Top)
        {
            blocks.CheckMarkers(chunk.Address, chunk.Address + chunk.Size);
        }
    }

    public readonly struct Residence(WatchedProcess watched) : IPageResidence
    {
        public bool IsResident(ulong page) => watched.IsHeapPageResident(page);
    }
}
