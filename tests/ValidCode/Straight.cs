namespace ValidCode;

/// <summary>One method, one block or two, every way out.</summary>
internal static unsafe class Straight
{
    public static int SumOfSquares(int n)
    {
        int* squares = (int*)NativeMemory.Alloc((nuint)n, sizeof(int));
        int sum = 0;
        for (int i = 0; i < n; i++)
            squares[i] = i * i;
        for (int i = 0; i < n; i++)
            sum += squares[i];
        NativeMemory.Free(squares);
        return sum;
    }

    public static string RoundTrip(string text)
    {
        nint native = Marshal.StringToCoTaskMemUTF8(text);
        string back = Marshal.PtrToStringUTF8(native)!;
        Marshal.FreeCoTaskMem(native);
        return back;
    }

    public static bool Probe(int length)
    {
        nint block = Libc.malloc((nuint)length);
        if (block == 0)
            return false;
        bool isAligned = (block & 15) == 0;
        Libc.free(block);
        return isAligned;
    }

    public static int Classify(int kind)
    {
        nint block = Libc.malloc(16);
        switch (kind)
        {
            case 0:
                Libc.free(block);
                return 0;
            case 1:
                Libc.free(block);
                break;
            default:
                Libc.free(block);
                throw new ArgumentOutOfRangeException(nameof(kind));
        }

        return 1;
    }

    public static byte[] Compress(byte[] input)
    {
        int capacity = input.Length + 64;
        nint output = Marshal.AllocHGlobal(capacity);
        try
        {
            int written = Zip.compress(input, input.Length, output, ref capacity);
            if (written < 0)
                throw new InvalidOperationException("not compressed");
            byte[] result = new byte[written];
            Marshal.Copy(output, result, 0, written);
            return result;
        }
        finally
        {
            Marshal.FreeHGlobal(output);
        }
    }

    public static void Swap(ref Pair a, ref Pair b)
    {
        Pair* copy = stackalloc Pair[1];
        *copy = a;
        a = b;
        b = *copy;
    }

    public static int TwoBlocks(int n)
    {
        nint first = Libc.malloc((nuint)n);
        nint second = Libc.malloc((nuint)n);
        int answer = 0;
        if (first != 0 && second != 0)
            answer = n;
        Libc.free(second);
        Libc.free(first);
        return answer;
    }

    public static int CleanUpByGoto(int n)
    {
        int answer = -1;
        nint table = 0;
        nint index = 0;
        table = Libc.malloc((nuint)n);
        if (table == 0)
            goto done;
        index = Libc.malloc((nuint)n);
        if (index == 0)
            goto done;
        answer = Libc.getpid();
    done:
        if (index != 0)
            Libc.free(index);
        if (table != 0)
            Libc.free(table);
        return answer;
    }

    public static void AlignedPair()
    {
        float* left = (float*)NativeMemory.AlignedAlloc(256, 32);
        float* right = null;
        try
        {
            right = (float*)NativeMemory.AlignedAlloc(256, 32);
            right[0] = left[0];
        }
        finally
        {
            NativeMemory.AlignedFree(right);
            NativeMemory.AlignedFree(left);
        }
    }

    public static int Mapped(int length)
    {
        nint memory = Libc.mmap(0, (nuint)length, 3, 0x22, -1, 0);
        if (memory == -1)
            return -1;
        *(int*)memory = 7;
        int answer = *(int*)memory;
        Libc.munmap(memory, (nuint)length);
        return answer;
    }

    public static int PageAligned()
    {
        void* page;
        if (Libc.posix_memalign(&page, 4096, 4096) != 0)
            throw new OutOfMemoryException();
        *(int*)page = 3;
        int answer = *(int*)page;
        Libc.free((nint)page);
        return answer;
    }

    public static int Forwarded(void** result, nuint size) => Libc.posix_memalign(result, 64, size);

    public static nint Reserved(nuint length)
    {
        nint start = Libc.mmap(0, length, 0, 0x4022, -1, 0);
        if (start == Failed.Value)
            return 0;
        nint part = Libc.mmap(start + 4096, 4096, 3, 0x32, -1, 0);
        return part == Failed.Value ? 0 : start;
    }

    public static nint OwnerIsCaller(int n, out int length)
    {
        nint block = Marshal.AllocHGlobal(n);
        length = n;
        return block;
    }
}

internal static class Failed
{
    public static readonly nint Value = -1;
}

internal struct Pair
{
    public int A;
    public int B;
}

internal static unsafe class Libc
{
    [DllImport("libc")] public static extern nint malloc(nuint size);
    [DllImport("libc")] public static extern nint calloc(nuint count, nuint size);
    [DllImport("libc")] public static extern nint realloc(nint block, nuint size);
    [DllImport("libc")] public static extern void free(nint block);
    [DllImport("libc")] public static extern int posix_memalign(void** block, nuint alignment, nuint size);
    [DllImport("libc")] public static extern nint mmap(nint address, nuint length, int protection, int flags, int file, nint offset);
    [DllImport("libc")] public static extern int munmap(nint address, nuint length);
    [DllImport("libc")] public static extern int getpid();
}

internal static class Zip
{
    [DllImport("zip")] public static extern int compress(byte[] input, int length, nint output, ref int capacity);
    [DllImport("zip")] public static extern int attach(nint handle, nint buffer, nuint length);
    [DllImport("zip")] public static extern nint open(nint path);
}
