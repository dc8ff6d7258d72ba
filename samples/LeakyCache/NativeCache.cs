using System.Runtime.InteropServices;

namespace LeakyCache;

/// <summary>
/// A least-recently-used cache whose keys and values are native blocks, with a capacity in entries and a time to live in ticks.
/// It has a bug on purpose: see <see cref="DropExpired"/>.
/// </summary>
internal sealed unsafe class NativeCache(int capacity, int timeToLive) : IDisposable
{
    private readonly Dictionary<int, LinkedListNode<Entry>> _byKey = [];
    private readonly LinkedList<Entry> _recent = new();

    public int Evicted { get; private set; }

    public int Expired { get; private set; }

    public bool TryGet(int key, int now, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (!_byKey.TryGetValue(key, out LinkedListNode<Entry>? node))
            return false;
        if (now - node.Value.Stored > timeToLive)
        {
            DropExpired(node);
            return false;
        }

        _recent.Remove(node);
        _recent.AddFirst(node);
        value = new ReadOnlySpan<byte>(node.Value.Bytes, node.Value.Length);
        return true;
    }

    public void Put(int key, ReadOnlySpan<byte> value, int now)
    {
        if (_recent.Count == capacity)
            Evict(_recent.Last!);
        NativeCalls.Made += 2;
        byte* bytes = (byte*)NativeMemory.Alloc((nuint)value.Length);
        nint name = Marshal.StringToHGlobalAnsi($"entry-{key:d6}");
        value.CopyTo(new Span<byte>(bytes, value.Length));
        _byKey[key] = _recent.AddFirst(new Entry(key, name, bytes, value.Length, now));
    }

    /// <summary>The usual path: the cache is full, and the entry at the end gives both of its blocks back.</summary>
    private void Evict(LinkedListNode<Entry> node)
    {
        Remove(node);
        Evicted++;
        NativeCalls.Made += 2;
        Marshal.FreeHGlobal(node.Value.Name);
        NativeMemory.Free(node.Value.Bytes);
    }

    /// <summary>The bug: an entry that is found to be too old gives its name back and loses its value.</summary>
    private void DropExpired(LinkedListNode<Entry> node)
    {
        Remove(node);
        Expired++;
        NativeCalls.Made++;
        Marshal.FreeHGlobal(node.Value.Name);
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        _recent.Remove(node);
        _byKey.Remove(node.Value.Key);
    }

    public void Dispose()
    {
        while (_recent.Last is { } last)
            Evict(last);
    }

    private readonly struct Entry(int key, nint name, byte* bytes, int length, int stored)
    {
        public readonly int Key = key;
        public readonly nint Name = name;
        public readonly byte* Bytes = bytes;
        public readonly int Length = length;
        public readonly int Stored = stored;
    }
}
