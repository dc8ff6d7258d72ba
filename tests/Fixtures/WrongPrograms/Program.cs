using System.Runtime.InteropServices;

// Misuses native memory, or ends badly, in one chosen way. Under the shim each must end as it would without, with a report.
return args is [string name] && Wrongs.Run(name) ? 0 : 2;

internal static unsafe class Wrongs
{
    public static bool Run(string name)
    {
        switch (name)
        {
            case "none": CleanRun(); break;
            case "double-free": DoubleFree(); break;
            case "free-moved": FreeMovedPointer(); break;
            case "past-end": WritePastEnd(); break;
            case "write-after-free": WriteAfterFree(); break;
            case "touch-after-unmap": TouchAfterUnmap(); break;
            case "foreign-pointer": FreeForeignPointer(); break;
            case "mismatch": FreeByAnotherFamily(); break;
            case "throw": Hold(); throw new InvalidOperationException("thrown on purpose");
            case "exit": Hold(); Environment.Exit(7); break;
            case "fail-fast": Hold(); Environment.FailFast("failed on purpose"); break;
            case "kill": Hold(); Thread.Sleep(2500); Kill(); break;
            case "threads": Threads(16, 20_000); break;
            default: return false;
        }

        Console.WriteLine($"end of {name}");
        return true;
    }

    private static void CleanRun()
    {
        byte* block = Filled(100);
        NativeMemory.Free(block);
    }

    private static void DoubleFree()
    {
        byte* block = Filled(2000);
        NativeMemory.Free(block);
        NativeMemory.Free(block);
    }

    private static void FreeMovedPointer()
    {
        byte* block = Filled(256);
        NativeMemory.Free(block + 16);
        NativeMemory.Free(block);
    }

    private static void WritePastEnd()
    {
        byte* block = Filled(100);
        block[100] = 1;
        block[101] = 2;
        NativeMemory.Free(block);
    }

    private static void WriteAfterFree()
    {
        byte* block = Filled(64);
        NativeMemory.Free(block);
        block[0] = 0x77;
        NativeMemory.Free(NativeMemory.Alloc(64));
    }

    private static void TouchAfterUnmap()
    {
        byte* block = Filled(8 << 20);
        NativeMemory.Free(block);
        block[4 << 20] = 0x77;
    }

    /// <summary>A block from code that is not routed (a call through a function pointer), freed by code that is.</summary>
    private static void FreeForeignPointer()
    {
        nint library = NativeLibrary.Load("libc.so.6");
        var malloc = (delegate* unmanaged<nuint, void*>)NativeLibrary.GetExport(library, "malloc");
        byte* block = (byte*)malloc(500);
        block[499] = 1;
        block = (byte*)NativeMemory.Realloc(block, 5000);
        block[4999] = block[499];
        NativeMemory.Free(block);
    }

    private static void FreeByAnotherFamily()
    {
        void* block = NativeMemory.AlignedAlloc(300, 64);
        NativeMemory.Free(block);
        Marshal.FreeCoTaskMem(Marshal.AllocHGlobal(40));
    }

    private static void Hold()
    {
        for (int i = 0; i < 10; i++)
            Filled(1000);
    }

    private static void Kill() => kill(Environment.ProcessId, 9);

    private static void Threads(int count, int rounds)
    {
        long corrupted = 0;
        var threads = new Thread[count];
        for (int t = 0; t < count; t++)
        {
            int seed = t + 1;
            threads[t] = new Thread(() => Interlocked.Add(ref corrupted, Hammer(seed, rounds)));
            threads[t].Start();
        }

        foreach (Thread thread in threads)
            thread.Join();
        Console.WriteLine($"corrupted {corrupted}");
    }

    /// <summary>Fills blocks of changing sizes with its own byte and checks them before freeing; answers how many had changed.</summary>
    private static long Hammer(int seed, int rounds)
    {
        const int Slots = 32;
        byte** blocks = stackalloc byte*[Slots];
        int* sizes = stackalloc int[Slots];
        long corrupted = 0;
        var random = new Random(seed);
        for (int i = 0; i < Slots; i++)
            blocks[i] = null;
        for (int i = 0; i < rounds + Slots; i++)
        {
            int slot = i < rounds ? random.Next(Slots) : i - rounds;
            if (blocks[slot] != null)
            {
                if (new Span<byte>(blocks[slot], sizes[slot]).ContainsAnyExcept((byte)seed))
                    corrupted++;
                NativeMemory.Free(blocks[slot]);
                blocks[slot] = null;
            }

            if (i >= rounds)
                continue;
            sizes[slot] = random.Next(100) == 0 ? random.Next(1, 300_000) : random.Next(1, 2000);
            blocks[slot] = (byte*)NativeMemory.Alloc((nuint)sizes[slot]);
            new Span<byte>(blocks[slot], sizes[slot]).Fill((byte)seed);
        }

        return corrupted;
    }

    private static byte* Filled(int size)
    {
        byte* block = (byte*)NativeMemory.Alloc((nuint)size);
        new Span<byte>(block, size).Fill(0x11);
        return block;
    }

    [DllImport("libc")]
    private static extern int kill(int process, int signal);
}
