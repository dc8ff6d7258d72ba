using System.Runtime.CompilerServices;

namespace Faultline.Libc;

// The shadow's own pages (ChunkShadow) are real memory of the host, and the first header on each is a real page fault. Where small
// chunks are cut from top one after the other, every page of the shadow gets headers: they are made present some at a time.
public sealed unsafe partial class Malloc<TProcess>
{
    /// <summary>Larger chunks leave pages without a header between them, which had better cost nothing.</summary>
    private const ulong SmallCut = 1024;

    private const ulong AheadBytes = 64 << 10;

    // What was prepared last. Threads in different arenas may write these at the same time: then a part is prepared twice or faults.
    private ulong _aheadStart;
    private ulong _aheadEnd;

    /// <summary>Top moves to another page, and ends at <paramref name="end"/>.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void PrepareShadow(ulong page, ulong end)
    {
        if (page >= _aheadStart && page < _aheadEnd)
            return;
        _aheadStart = page;
        _aheadEnd = Math.Min(page + AheadBytes, end & ~Kernel.PageSize.Mask);
        if (_aheadEnd > page)
            _shadow.Populate(page, _aheadEnd - page);
    }
}
