// The model's own memory for slabs: zero-filled pieces of packed chunks outside the GC heap. Caches reuse the records of slabs they
// gave back; nothing else is given back before the machine goes.

using Faultline.Kernel.Host;

namespace Faultline.Kernel;

internal sealed unsafe class SlabMemory : IDisposable
{
    private const ulong ChunkBytes = 16UL << 20;

    private readonly List<ReservedMemory> _chunks = [];
    private byte* _next;
    private byte* _end;

    /// <summary>So many bytes, a multiple of 8.</summary>
    public byte* Take(uint bytes)
    {
        if (_end - _next < bytes)
        {
            var chunk = new ReservedMemory(ChunkBytes);
            _chunks.Add(chunk);
            _next = chunk.Start;
            _end = chunk.Start + ChunkBytes;
        }

        byte* taken = _next;
        _next += bytes;
        return taken;
    }

    public void Dispose()
    {
        foreach (ReservedMemory chunk in _chunks)
            chunk.Dispose();
        _chunks.Clear();
    }
}
