namespace ValidCode;

/// <summary>Buffers that live on the stack when they are small and grow when they are not.</summary>
internal static unsafe class Buffers
{
    private const int OnStack = 256;

    public static int Encode(string text)
    {
        int bytes = System.Text.Encoding.UTF8.GetMaxByteCount(text.Length);
        bool isOwned = bytes > OnStack;
        byte* stack = stackalloc byte[OnStack];
        byte* buffer = isOwned ? (byte*)NativeMemory.Alloc((nuint)bytes) : stack;
        try
        {
            fixed (char* chars = text)
                return System.Text.Encoding.UTF8.GetBytes(chars, text.Length, buffer, bytes);
        }
        finally
        {
            if (isOwned)
                NativeMemory.Free(buffer);
        }
    }

    public static int Compare(int n)
    {
        byte* stack = stackalloc byte[OnStack];
        byte* buffer = stack;
        if (n > OnStack)
            buffer = (byte*)NativeMemory.Alloc((nuint)n);
        buffer[0] = 1;
        int answer = buffer[0];
        if (buffer != stack)
            NativeMemory.Free(buffer);
        return answer;
    }

    public static int Rented(int n)
    {
        byte* rented = null;
        byte* stack = stackalloc byte[OnStack];
        Span<byte> span = n <= OnStack ? new Span<byte>(stack, OnStack) : new Span<byte>(rented = (byte*)NativeMemory.Alloc((nuint)n), n);
        span[0] = 3;
        int answer = span[0];
        if (rented != null)
            NativeMemory.Free(rented);
        return answer;
    }

    public static int Doubling(Func<int> next)
    {
        int capacity = 16;
        int count = 0;
        int* items = (int*)NativeMemory.Alloc((nuint)capacity, sizeof(int));
        try
        {
            for (int item = next(); item >= 0; item = next())
            {
                if (count == capacity)
                {
                    capacity *= 2;
                    items = (int*)NativeMemory.Realloc(items, (nuint)capacity * sizeof(int));
                }

                items[count++] = item;
            }

            return count;
        }
        finally
        {
            NativeMemory.Free(items);
        }
    }

    public static nint Grown(nint block, nuint size)
    {
        nint larger = Libc.realloc(block, size);
        if (larger == 0)
        {
            Libc.free(block);
            throw new OutOfMemoryException();
        }

        return larger;
    }

    public static string UntilItFits()
    {
        int length = 64;
        nint buffer = Marshal.AllocHGlobal(length);
        try
        {
            while (Zip.compress([], 0, buffer, ref length) == -34)
            {
                Marshal.FreeHGlobal(buffer);
                buffer = 0;
                length *= 2;
                buffer = Marshal.AllocHGlobal(length);
            }

            return Marshal.PtrToStringAnsi(buffer, length);
        }
        finally
        {
            Marshal.FreeHGlobal(buffer);
        }
    }

    public static uint Hash(byte* data, int length)
    {
        byte* copy = (byte*)NativeMemory.Alloc((nuint)length + 64);
        byte* aligned = (byte*)(((nuint)copy + 63) & ~(nuint)63);
        Buffer.MemoryCopy(data, aligned, length, length);
        uint hash = 2166136261;
        for (byte* at = aligned, end = aligned + length; at < end; at++)
            hash = (hash ^ *at) * 16777619;
        NativeMemory.Free(copy);
        return hash;
    }

    public static int Walk(int n)
    {
        short* start = (short*)NativeMemory.AllocZeroed((nuint)n, sizeof(short));
        short* at = start;
        while (at < start + n)
            *at++ = 1;
        int written = (int)(at - start);
        NativeMemory.Free(start);
        return written;
    }

    public static void HeaderInFront(int n)
    {
        long* block = (long*)NativeMemory.Alloc((nuint)n + sizeof(long));
        *block++ = n;
        block[0] = 1;
        NativeMemory.Free(block - 1);
    }

    public static int Lazily(int[] values)
    {
        int* table = null;
        foreach (int value in values)
        {
            if (value < 0)
                continue;
            if (table == null)
                table = (int*)NativeMemory.AllocZeroed(256, sizeof(int));
            table[value & 255]++;
        }

        int answer = table == null ? 0 : table[0];
        NativeMemory.Free(table);
        return answer;
    }
}
