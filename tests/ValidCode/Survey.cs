namespace ValidCode;

/// <summary>Shapes that other people's sources are full of and that were once reported.</summary>
internal static unsafe class Survey
{
    public static int*[] Records(int count)
    {
        int* block = (int*)NativeMemory.Alloc((nuint)count, sizeof(int));
        int*[] records = new int*[count];
        for (int i = 0; i < count; i++)
        {
            block[i] = 0;
            records[i] = &block[i];
        }

        return records;
    }

    /// <summary>Nobody has 268 million of them.</summary>
    public static nint* Slots(IReadOnlyCollection<Delegate> functions) => (nint*)Marshal.AllocHGlobal(functions.Count * sizeof(nint));

    public static nint Copy(float[] samples)
    {
        nint copy = Marshal.AllocHGlobal(samples.Length * sizeof(float));
        Marshal.Copy(samples, 0, copy, samples.Length);
        return copy;
    }

    public static nint Map(nint length)
    {
        nint mapped = Libc.mmap(0, (nuint)length, 3, 0x22, -1, 0);
        if (mapped == -1 || (ulong)mapped == 0xffffffff)
            throw new OutOfMemoryException();
        return mapped;
    }

    public static bool TryMap(nuint length, out nint memory)
    {
        nint mapped = Libc.mmap(0, length, 3, 0x22, -1, 0);
        if (mapped is 0 or -1)
        {
            memory = 0;
            return false;
        }

        memory = mapped;
        return true;
    }
}

internal readonly struct Table(int bytes) : IDisposable
{
    private readonly nint _table = Marshal.AllocHGlobal(bytes);

    public void Dispose()
    {
        Marshal.FreeHGlobal(_table);
        Unsafe.AsRef(in _table) = 0;
    }
}

/// <summary>An owner that hands out what it keeps.</summary>
internal sealed class ExportOwner : IDisposable
{
    private readonly List<nint> _blocks = [];

    public nint Allocate(int bytes) => Acquire(Marshal.AllocHGlobal(bytes));

    private nint Acquire(nint block)
    {
        _blocks.Add(block);
        return block;
    }

    public void Export(int bytes, bool isWanted)
    {
        nint lengths = Allocate(bytes);
        Marshal.WriteInt64(lengths, bytes);
        if (!isWanted)
            throw new NotSupportedException();
    }

    public void Dispose()
    {
        foreach (nint block in _blocks)
            Marshal.FreeHGlobal(block);
        _blocks.Clear();
    }
}
