// Frames one by one from a stack of freed ones, else the lowest never used: the interim allocator under the page tables.

using Faultline.Kernel.Host;

namespace Faultline.Kernel;

internal sealed unsafe class FrameAllocator : IDisposable
{
    private readonly ReservedMemory _memory;
    private readonly uint _count;
    private uint _fresh = 1;
    private uint _freed;

    public FrameAllocator(ulong ramBytes)
    {
        _count = (uint)(ramBytes >> PageSize.Shift);
        _memory = new ReservedMemory((ulong)_count * (ulong)sizeof(Frame));
        Frames = (Frame*)_memory.Start;
        ManagedPages = _count - 1;
        FreePages = ManagedPages;
    }

    public Frame* Frames { get; }

    public ulong FreePages { get; private set; }

    public ulong ManagedPages { get; }

    public const uint None = 0;

    public uint Allocate()
    {
        uint pfn = _freed;
        if (pfn != None)
            _freed = Frames[pfn].Next;
        else if (_fresh < _count)
            pfn = _fresh++;
        else
            return None;
        FreePages--;
        Frames[pfn] = default;
        Frames[pfn].Flags = FrameFlags.Allocated;
        return pfn;
    }

    public void Free(uint pfn)
    {
        Frames[pfn].Flags = FrameFlags.None;
        Frames[pfn].Next = _freed;
        _freed = pfn;
        FreePages++;
    }

    public void Dispose() => _memory.Dispose();
}
