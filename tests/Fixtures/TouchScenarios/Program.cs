using System.Runtime.InteropServices;

// Touches a known number of pages of native memory. Each scenario has a twin of the same name in C
// (Faultline.EndToEnd.Tests/Twins/touch-scenarios.c) that makes the same calls and touches on the real C library.
if (args.Length != 1)
    return Usage();
switch (args[0])
{
    case "written-small": Scenarios.WrittenSmall(); break;
    case "written-large": Scenarios.WrittenLarge(); break;
    case "written-heap": Scenarios.WrittenHeap(); break;
    case "read-large": Scenarios.ReadLarge(); break;
    case "read-heap": Scenarios.ReadHeap(); break;
    case "zeroed-one-page": Scenarios.ZeroedOnePage(); break;
    case "churn-1m": Scenarios.Churn(1 << 20, 100); break;
    case "churn-40m": Scenarios.Churn(40 << 20, 100); break;
    case "realloc-grow": Scenarios.ReallocGrow(); break;
    case "free-untouched": Scenarios.FreeUntouched(); break;
    case "aligned": Scenarios.Aligned(); break;
    case "zeroed-reuse": Scenarios.ZeroedReuse(); break;
    case "mixed": Scenarios.Mixed(); break;
    case "read-then-write": Scenarios.ReadThenWrite(); break;
    default: return Usage();
}

Console.WriteLine($"done {args[0]}");
return 0;

static int Usage()
{
    Console.Error.WriteLine("usage: TouchScenarios NAME");
    return 2;
}

internal static unsafe class Scenarios
{
    private const nuint Page = 4096;
    private static byte s_sink;

    public static void WrittenSmall()
    {
        for (int i = 0; i < 1000; i++)
            Write(NativeMemory.Alloc(100), 100);
    }

    public static void WrittenLarge() => Write(NativeMemory.Alloc(8 << 20), 8 << 20);

    public static void WrittenHeap()
    {
        for (int i = 0; i < 64; i++)
            Write(NativeMemory.Alloc(64 << 10), 64 << 10);
    }

    public static void ReadLarge() => Read(NativeMemory.Alloc(8 << 20), 8 << 20);

    public static void ReadHeap() => Read(NativeMemory.Alloc(100 << 10), 100 << 10);

    public static void ZeroedOnePage()
    {
        byte* block = (byte*)NativeMemory.AllocZeroed(64 << 20);
        block[32 << 20] = 1;
    }

    public static void Churn(nuint size, int times)
    {
        for (int i = 0; i < times; i++)
        {
            void* block = NativeMemory.Alloc(size);
            Write(block, size);
            NativeMemory.Free(block);
        }
    }

    public static void ReallocGrow()
    {
        nuint size = 1024;
        byte* block = (byte*)NativeMemory.Alloc(size);
        Write(block, size);
        while (size < 64 << 20)
        {
            block = (byte*)NativeMemory.Realloc(block, size * 2);
            Write(block + size, size);
            size *= 2;
        }
    }

    public static void FreeUntouched()
    {
        void** blocks = stackalloc void*[200];
        for (int i = 0; i < 200; i++)
            blocks[i] = NativeMemory.Alloc(1000);
        for (int i = 0; i < 200; i++)
            NativeMemory.Free(blocks[i]);
    }

    public static void Aligned()
    {
        void** blocks = stackalloc void*[40];
        for (int i = 0; i < 40; i++)
        {
            blocks[i] = NativeMemory.AlignedAlloc((nuint)(i + 1) * 3000, 64u << (i % 7));
            Write(blocks[i], 1);
        }

        for (int i = 0; i < 40; i += 2)
            NativeMemory.AlignedFree(blocks[i]);
        for (int i = 0; i < 20; i++)
            Write(NativeMemory.AlignedAlloc((nuint)(i + 1) * 200, 256), 100);
    }

    public static void ZeroedReuse()
    {
        void* block = NativeMemory.Alloc(60_000);
        Write(block, 60_000);
        NativeMemory.Free(block);
        NativeMemory.AllocZeroed(50_000);
        NativeMemory.AllocZeroed(100, 40);
        NativeMemory.AllocZeroed(200_000);
    }

    /// <summary>Ten thousand steps of a small pseudo-random program over 200 slots.</summary>
    public static void Mixed()
    {
        const int Slots = 200;
        byte** blocks = stackalloc byte*[Slots];
        new Span<nint>(blocks, Slots).Clear();
        ulong state = 88172645463325252;
        for (int i = 0; i < 10_000; i++)
        {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            int slot = (int)(state % Slots);
            nuint size = (nuint)((state >> 20) % ((state >> 60) == 0 ? 600_000u : (state >> 60) < 4 ? 20_000u : 600u)) + 1;
            if (blocks[slot] == null)
            {
                blocks[slot] = (byte*)NativeMemory.Alloc(size);
                if ((state >> 8 & 3) != 0)
                    Write(blocks[slot], size);
            }
            else if ((state >> 12 & 7) == 0)
            {
                blocks[slot] = (byte*)NativeMemory.Realloc(blocks[slot], size);
                Write(blocks[slot], size);
            }
            else
            {
                NativeMemory.Free(blocks[slot]);
                blocks[slot] = null;
            }
        }
    }

    /// <summary>The observer's one known exception: each of 100 pages faults twice, and is seen as written once.</summary>
    public static void ReadThenWrite()
    {
        void* block = NativeMemory.Alloc(100 * Page + 1_000_000);
        Read(block, 100 * Page);
        Write(block, 100 * Page);
    }

    private static void Write(void* block, nuint length)
    {
        for (nuint offset = 0; offset < length; offset = NextPage(block, offset))
            ((byte*)block)[offset] = 0x5a;
    }

    private static void Read(void* block, nuint length)
    {
        for (nuint offset = 0; offset < length; offset = NextPage(block, offset))
            s_sink += Volatile.Read(ref ((byte*)block)[offset]);
    }

    private static nuint NextPage(void* block, nuint offset) => (((nuint)block + offset) / Page + 1) * Page - (nuint)block;
}
