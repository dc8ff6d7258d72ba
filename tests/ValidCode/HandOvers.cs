namespace ValidCode;

/// <summary>Blocks whose owner is somebody else from some point on.</summary>
internal static unsafe class HandOvers
{
    private static readonly Dictionary<nint, int> s_live = [];
    private static readonly List<nint> s_queue = [];
    private static nint s_table;
    private static readonly nint* s_vtable = Vtable();

    public static nint Table => s_table != 0 ? s_table : s_table = Marshal.AllocHGlobal(256);

    private static nint* Vtable()
    {
        nint* slots = (nint*)NativeMemory.Alloc(3, (nuint)sizeof(nint));
        slots[0] = (nint)(delegate*<int>)&Zero;
        slots[1] = slots[2] = 0;
        return slots;
    }

    private static int Zero() => 0;

    public static void Register(int size)
    {
        nint block = Marshal.AllocHGlobal(size);
        s_live.Add(block, size);
    }

    public static void Unregister(nint block)
    {
        if (!s_live.Remove(block))
            return;
        Marshal.FreeHGlobal(block);
    }

    public static void Enqueue(string text)
    {
        nint name = Marshal.StringToHGlobalAnsi(text);
        lock (s_queue)
            s_queue.Add(name);
    }

    public static void Drain()
    {
        foreach (nint name in s_queue)
            Marshal.FreeHGlobal(name);
        s_queue.Clear();
    }

    public static nint Open(string path)
    {
        nint native = Marshal.StringToCoTaskMemUTF8(path);
        try
        {
            return Zip.open(native);
        }
        finally
        {
            Marshal.FreeCoTaskMem(native);
        }
    }

    public static void Attach(nint handle)
    {
        nint buffer = Marshal.AllocHGlobal(512);
        if (Zip.attach(handle, buffer, 512) != 0)
        {
            Marshal.FreeHGlobal(buffer);
            throw new InvalidOperationException("not attached");
        }
    }

    public static Node* Append(Node* head, int value)
    {
        Node* node = (Node*)NativeMemory.Alloc((nuint)sizeof(Node));
        node->Value = value;
        node->Next = null;
        if (head == null)
            return node;
        Node* last = head;
        while (last->Next != null)
            last = last->Next;
        last->Next = node;
        return head;
    }

    public static void FreeAll(Node* head)
    {
        while (head != null)
        {
            Node* next = head->Next;
            NativeMemory.Free(head);
            head = next;
        }
    }

    public static (nint Block, int Length) Tuple(int n)
    {
        nint block = Marshal.AllocHGlobal(n);
        return (block, n);
    }

    public static Slice AsStruct(int n) => new() { Start = (byte*)NativeMemory.Alloc((nuint)n), Length = n };

    public static bool TryMake(int n, out nint block)
    {
        block = 0;
        if (n <= 0)
            return false;
        block = Marshal.AllocHGlobal(n);
        return true;
    }

    public static void Into(byte** slot, int n) => *slot = (byte*)NativeMemory.Alloc((nuint)n);

    public static void IntoArray(nint[] slots, int n)
    {
        for (int i = 0; i < slots.Length; i++)
            slots[i] = Marshal.AllocHGlobal(n);
    }

    public static IDisposable Lease(int n)
    {
        nint block = Marshal.AllocHGlobal(n);
        return new Lease(() => Marshal.FreeHGlobal(block));
    }

    public static nint OnSuccessOnly(Stream source, int n)
    {
        nint block = Marshal.AllocHGlobal(n);
        try
        {
            for (int i = 0; i < n; i++)
                Marshal.WriteByte(block, i, (byte)source.ReadByte());
        }
        catch
        {
            Marshal.FreeHGlobal(block);
            throw;
        }

        return block;
    }

    public static nint Transferred(Stream source)
    {
        nint block = Marshal.AllocHGlobal(16);
        bool isDone = false;
        try
        {
            source.Flush();
            isDone = true;
            return block;
        }
        finally
        {
            if (!isDone)
                Marshal.FreeHGlobal(block);
        }
    }

    public static Task Later(int n)
    {
        nint block = Marshal.AllocHGlobal(n);
        return Task.Run(() =>
        {
            Marshal.WriteByte(block, 1);
            Marshal.FreeHGlobal(block);
        });
    }

    public static void ThreadState(int n)
    {
        nint block = Marshal.AllocHGlobal(n);
        System.Threading.ThreadPool.QueueUserWorkItem(static state => Marshal.FreeHGlobal((nint)state!), block);
    }

    public static void Stored(nint* table, int n)
    {
        nint name = Marshal.StringToHGlobalUni("name");
        Marshal.WriteIntPtr((nint)table, n * sizeof(nint), name);
    }
}

internal unsafe struct Node
{
    public Node* Next;
    public int Value;
}

internal unsafe struct Slice
{
    public byte* Start;
    public int Length;
}

internal sealed class Lease(Action release) : IDisposable
{
    private Action? _release = release;

    public void Dispose() => System.Threading.Interlocked.Exchange(ref _release, null)?.Invoke();
}
