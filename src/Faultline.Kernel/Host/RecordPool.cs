// Records of one size for the model's own use, cut out of the tables of a pool: outside the GC heap, as many as are in use at most.

namespace Faultline.Kernel.Host;

/// <summary>Hands out zeroed records and takes them back; a record is no larger than a table and no smaller than a pointer. They go with the pool.</summary>
internal sealed unsafe class RecordPool<T>(TablePool tables)
    where T : unmanaged
{
    private const ulong TableBytes = 4096;

    private T* _freed;
    private T* _next;
    private T* _end;

    public T* Take()
    {
        T* record = _freed;
        if (record != null)
        {
            _freed = *(T**)record;
            *record = default;
            return record;
        }

        if (_next == _end)
        {
            _next = (T*)tables.Take();
            _end = _next + (TableBytes / (ulong)sizeof(T));
        }

        return _next++;
    }

    public void Give(T* record)
    {
        *(T**)record = _freed;
        _freed = record;
    }
}
