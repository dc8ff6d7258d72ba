using Faultline.Kernel;

namespace Faultline.Libc;

/// <summary>
/// All chunks of all arenas, in address order within each arena: <c>foreach (HeapChunk chunk in malloc.WalkHeaps())</c>. Mapped
/// chunks are not in any arena and not listed. Allocates nothing. Holds the lock of the arena that it is in, so the body must not
/// call into the allocator when the process has threads; other threads' caches may change meanwhile.
/// </summary>
public ref struct HeapWalk<TProcess>
    where TProcess : struct, ISystemCalls, IMemoryAccess
{
    private readonly Malloc<TProcess> _malloc;
    private ulong _arena;
    private ulong _part;
    private ulong _next;
    private ulong _end;

    internal HeapWalk(Malloc<TProcess> malloc) => _malloc = malloc;

    public HeapChunk Current { get; private set; }

    public readonly HeapWalk<TProcess> GetEnumerator() => this;

    public bool MoveNext()
    {
        while (_next == _end)
        {
            if (!NextPart())
                return false;
        }

        Current = _malloc.ChunkAt(_arena, _next, _end);
        _next += Current.Size;
        return true;
    }

    /// <summary>Leaves the arena that the walk is in, if it was not finished.</summary>
    public void Dispose()
    {
        _malloc.LeaveWalk(_arena);
        _arena = 0;
    }

    private bool NextPart()
    {
        while (!_malloc.TryPart(_arena, ref _part, out _next, out _end))
        {
            _arena = _malloc.NextWalk(_arena);
            _part = 0;
            if (_arena == 0)
                return false;
        }

        return true;
    }
}
