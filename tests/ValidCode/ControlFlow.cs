namespace ValidCode;

/// <summary>What C# makes of control flow: iterators, tasks, patterns, lambdas, local functions.</summary>
internal static unsafe class ControlFlow
{
    public static IEnumerable<int> Iterator(int n)
    {
        nint block = Marshal.AllocHGlobal(checked(n * sizeof(int)));
        try
        {
            for (int i = 0; i < n; i++)
                yield return Marshal.ReadInt32(block, i * sizeof(int));
        }
        finally
        {
            Marshal.FreeHGlobal(block);
        }
    }

    public static int Flags(int n)
    {
        bool hasTable = (n & 1) != 0;
        bool hasIndex = (n & 2) != 0;
        nint table = hasTable ? Libc.malloc(64) : 0;
        nint index = hasIndex ? Libc.malloc(64) : 0;
        int answer = hasTable && table != 0 ? 1 : 0;
        if (hasIndex)
            Libc.free(index);
        if (hasTable)
            Libc.free(table);
        return answer;
    }

    public static int Pattern(object value)
    {
        nint text = value switch
        {
            string s => Marshal.StringToHGlobalAnsi(s),
            int => 0,
            null => 0,
            _ => Marshal.StringToHGlobalAnsi("other"),
        };
        int first = text is 0 ? 0 : Marshal.ReadByte(text);
        if (text is not 0)
            Marshal.FreeHGlobal(text);
        return first;
    }

    public static int Retried(Stream source)
    {
        for (int attempt = 0; ; attempt++)
        {
            nint block = Marshal.AllocHGlobal(64);
            try
            {
                source.Flush();
                return Marshal.ReadInt32(block);
            }
            catch (IOException) when (attempt < 3)
            {
            }
            finally
            {
                Marshal.FreeHGlobal(block);
            }
        }
    }

    public static int Local(Stream source)
    {
        nint block = Marshal.AllocHGlobal(64);
        try
        {
            return Read(0) + Read(4);
        }
        finally
        {
            Done();
        }

        int Read(int offset)
        {
            source.Flush();
            return Marshal.ReadInt32(block, offset);
        }

        void Done() => Marshal.FreeHGlobal(block);
    }

    public static long Parallelled(int n)
    {
        long* sums = (long*)NativeMemory.AllocZeroed((nuint)n, sizeof(long));
        try
        {
            Parallel.For(0, n, i => sums[i] = i);
            return sums[n - 1];
        }
        finally
        {
            NativeMemory.Free(sums);
        }
    }

    public static int UntilBreak(Func<bool> more)
    {
        int passes = 0;
        while (true)
        {
            nint block = Libc.malloc(16);
            if (block == 0)
                break;
            Libc.free(block);
            passes++;
            if (passes > 3)
                break;
        }

        return more() ? passes : 0;
    }

    public static int Conditional(bool isWide)
    {
        void* block = isWide ? NativeMemory.Alloc(64) : null;
        int answer = block == null ? 0 : *(byte*)block;
        NativeMemory.Free(block);
        return answer;
    }

    public static void Deconstructed()
    {
        (nint left, nint right) = (Libc.malloc(8), Libc.malloc(8));
        Libc.free(left);
        Libc.free(right);
    }

    public static int Platform()
    {
        nint block = OperatingSystem.IsWindows() ? Marshal.AllocCoTaskMem(8) : Libc.malloc(8);
        int answer = block == 0 ? 0 : 1;
        if (OperatingSystem.IsWindows())
            Marshal.FreeCoTaskMem(block);
        else
            Libc.free(block);
        return answer;
    }

    public static int Asserted(int n)
    {
        nint block = Libc.malloc((nuint)n);
        System.Diagnostics.Debug.Assert(block != 0);
        if (n < 0)
            Environment.FailFast("negative");
        Libc.free(block);
        return n;
    }

    public static int SpanOver(int n)
    {
        void* block = NativeMemory.Alloc((nuint)n);
        Span<byte> span = new(block, n);
        span.Clear();
        ref byte first = ref span[0];
        int answer = first;
        NativeMemory.Free(block);
        span = new byte[n];
        return answer + span[0];
    }

    public static int Reused()
    {
        int* block = (int*)Libc.malloc(16);
        if (block == null)
            return 0;
        int answer = *block;
        Libc.free((nint)block);
        block = (int*)Libc.malloc(32);
        if (block != null)
            answer += *block;
        Libc.free((nint)block);
        return answer;
    }

    public static int EarlyOut(nint given)
    {
        nint block = given;
        if (block == 0)
        {
            block = Libc.malloc(8);
            if (block == 0)
                return -1;
        }

        int answer = Marshal.ReadInt32(block);
        if (given == 0)
            Libc.free(block);
        return answer;
    }

    public static bool Logged()
    {
        nint block = Marshal.AllocHGlobal(8);
        nint saved = block;
        Marshal.FreeHGlobal(block);
        Console.WriteLine($"freed {saved:x}");
        return saved == block;
    }

    public static int Locked(object gate)
    {
        nint block = Marshal.AllocHGlobal(8);
        lock (gate)
            Marshal.WriteInt32(block, 3);
        int answer = Marshal.ReadInt32(block);
        Marshal.FreeHGlobal(block);
        return answer;
    }
}

internal static class Asynchronous
{
    public static async Task<int> Read(Stream source)
    {
        nint block = Marshal.AllocHGlobal(16);
        try
        {
            await source.FlushAsync();
            return Marshal.ReadInt32(block);
        }
        finally
        {
            Marshal.FreeHGlobal(block);
        }
    }

    public static async Task<byte> Owned(Stream source)
    {
        using BlockHandle handle = BlockHandle.Copy([1, 2, 3]);
        await source.FlushAsync();
        return Marshal.ReadByte(handle.DangerousGetHandle());
    }
}
