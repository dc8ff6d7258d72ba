namespace ValidCode;

/// <summary>A program's own allocator around the framework's.</summary>
internal static unsafe class Mem
{
    private static long s_total;

    public static T* New<T>(int count = 1)
        where T : unmanaged
    {
        T* block = (T*)NativeMemory.AllocZeroed((nuint)count, (nuint)sizeof(T));
        System.Threading.Interlocked.Add(ref s_total, count * sizeof(T));
        return block;
    }

    public static void Delete<T>(T* block)
        where T : unmanaged
    {
        if (block != null)
            NativeMemory.Free(block);
    }

    public static void Delete<T>(ref T* block)
        where T : unmanaged
    {
        Delete(block);
        block = null;
    }

    public static nint Text(string? text) => text == null ? 0 : Marshal.StringToCoTaskMemUTF8(text);

    public static void Drop(nint text) => Marshal.FreeCoTaskMem(text);

    public static byte* Filled(byte* block, int length, byte value)
    {
        new Span<byte>(block, length).Fill(value);
        return block;
    }
}

internal static unsafe class Users
{
    public static int InPairs(int n)
    {
        int* items = Mem.New<int>(n);
        items[0] = n;
        int first = items[0];
        Mem.Delete(items);
        return first;
    }

    public static int ByReference(int n)
    {
        int* items = Mem.New<int>(n);
        int first = items[0];
        Mem.Delete(ref items);
        return first;
    }

    public static nint WithText(string? path)
    {
        nint text = Mem.Text(path);
        nint handle = Zip.open(text);
        Mem.Drop(text);
        return handle;
    }

    public static byte Chained(int n)
    {
        byte* block = Mem.Filled(Mem.New<byte>(n), n, 3);
        byte first = *block;
        Mem.Delete(block);
        return first;
    }

    public static int OnlyRead(int n)
    {
        int* items = Mem.New<int>(n);
        int sum = Sum(items, n);
        Mem.Delete(items);
        return sum;
    }

    public static void ByDelegate(Action<nint> use)
    {
        nint block = Marshal.AllocHGlobal(8);
        try
        {
            use(block);
        }
        finally
        {
            Marshal.FreeHGlobal(block);
        }
    }

    public static void ByFunctionPointer(delegate*<void*, void> free)
    {
        void* block = NativeMemory.Alloc(8);
        free(block);
    }

    public static int Recursive(Node* node, int depth)
    {
        if (node == null)
            return depth;
        Node* next = node->Next;
        NativeMemory.Free(node);
        return Recursive(next, depth + 1);
    }

    public static void Nested(int n)
    {
        Node* head = null;
        try
        {
            for (int i = 0; i < n; i++)
            {
                Node* node = Mem.New<Node>();
                node->Next = head;
                head = node;
            }
        }
        finally
        {
            Recursive(head, 0);
        }
    }

    private static int Sum(int* items, int n)
    {
        int sum = 0;
        for (int i = 0; i < n; i++)
            sum += items[i];
        return sum;
    }
}
