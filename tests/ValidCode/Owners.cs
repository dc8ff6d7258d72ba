using System.Threading;

namespace ValidCode;

/// <summary>An owner with a finalizer and a null check.</summary>
internal sealed unsafe class Histogram : IDisposable
{
    private int* _bins = (int*)NativeMemory.AllocZeroed(256, sizeof(int));

    ~Histogram() => Free();

    public int this[byte value] => _bins[value];

    public void Add(byte value) => _bins[value]++;

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (_bins == null)
            return;
        NativeMemory.Free(_bins);
        _bins = null;
    }
}

/// <summary>The classic pattern, for a hierarchy.</summary>
internal class NativeText : IDisposable
{
    private readonly nint _text;
    private bool _isDisposed;

    public NativeText(string text) => _text = Marshal.StringToHGlobalUni(text);

    ~NativeText() => Dispose(false);

    public string Value => Marshal.PtrToStringUni(_text)!;

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (_isDisposed)
            return;
        Marshal.FreeHGlobal(_text);
        _isDisposed = true;
    }
}

/// <summary>Whoever comes first frees.</summary>
internal sealed class Exchanged : IDisposable
{
    private nint _block = Marshal.AllocHGlobal(64);

    public void Dispose()
    {
        nint block = Interlocked.Exchange(ref _block, 0);
        if (block != 0)
            Marshal.FreeHGlobal(block);
    }
}

/// <summary>Guarded by a counter.</summary>
internal sealed class Counted : IDisposable
{
    private readonly nint _block = Marshal.AllocHGlobal(64);
    private int _disposed;

    public byte First => Marshal.ReadByte(_block);

    public void Dispose()
    {
        if (Interlocked.CompareExchange(ref _disposed, 1, 0) == 0)
            Marshal.FreeHGlobal(_block);
    }
}

internal sealed class BlockHandle : SafeHandle
{
    public BlockHandle(int size)
        : base(0, ownsHandle: true)
        => SetHandle(Marshal.AllocHGlobal(size));

    private BlockHandle(nint block)
        : base(block, ownsHandle: true)
    {
    }

    public override bool IsInvalid => handle == 0;

    public static BlockHandle Copy(byte[] bytes)
    {
        nint block = Marshal.AllocHGlobal(bytes.Length);
        Marshal.Copy(bytes, 0, block, bytes.Length);
        return new BlockHandle(block);
    }

    protected override bool ReleaseHandle()
    {
        Marshal.FreeHGlobal(handle);
        return true;
    }
}

internal sealed unsafe class NativeMemoryManager : System.Buffers.MemoryManager<byte>
{
    private readonly int _length;
    private void* _block;

    public NativeMemoryManager(int length)
    {
        _length = length;
        _block = NativeMemory.Alloc((nuint)length);
    }

    public override Span<byte> GetSpan() => new(_block, _length);

    public override System.Buffers.MemoryHandle Pin(int elementIndex = 0) => new((byte*)_block + elementIndex);

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
        NativeMemory.Free(_block);
        _block = null;
    }
}

internal unsafe struct RefCounted
{
    private int _count;

    public static RefCounted* Create()
    {
        RefCounted* created = (RefCounted*)NativeMemory.Alloc((nuint)sizeof(RefCounted));
        created->_count = 1;
        return created;
    }

    public int AddRef() => Interlocked.Increment(ref _count);

    public int Release()
    {
        int left = Interlocked.Decrement(ref _count);
        if (left == 0)
            NativeMemory.Free(Unsafe.AsPointer(ref this));
        return left;
    }
}

/// <summary>A vector that grows.</summary>
internal sealed unsafe class Vector<T> : IDisposable
    where T : unmanaged
{
    private T* _items;
    private int _capacity;

    public int Count { get; private set; }

    public void Add(T item)
    {
        if (Count == _capacity)
            Grow();
        _items[Count++] = item;
    }

    public void Dispose()
    {
        NativeMemory.Free(_items);
        _items = null;
        Count = _capacity = 0;
    }

    private void Grow()
    {
        _capacity = _capacity == 0 ? 4 : _capacity * 2;
        _items = (T*)NativeMemory.Realloc(_items, (nuint)_capacity * (nuint)sizeof(T));
    }
}

/// <summary>One part allocates, the other frees.</summary>
internal sealed partial class Halves
{
    private readonly nint _block = Marshal.AllocCoTaskMem(32);
}

internal sealed partial class Halves : IDisposable
{
    private bool _isFreed;

    public void Dispose()
    {
        if (!_isFreed)
            Marshal.FreeCoTaskMem(_block);
        _isFreed = true;
    }
}

internal abstract class OwnerBase : IDisposable
{
    protected nint Block;

    public void Dispose()
    {
        if (Block == 0)
            return;
        Marshal.FreeHGlobal(Block);
        Block = 0;
    }
}

internal sealed class Derived : OwnerBase
{
    public Derived(int size) => Block = Marshal.AllocHGlobal(size);
}

/// <summary>A field that is given again.</summary>
internal sealed class Replaceable : IDisposable
{
    private nint _text;

    public void Set(string text)
    {
        nint fresh = Marshal.StringToHGlobalAnsi(text);
        nint old = _text;
        _text = fresh;
        Marshal.FreeHGlobal(old);
    }

    public void Dispose()
    {
        Marshal.FreeHGlobal(_text);
        _text = 0;
    }
}
