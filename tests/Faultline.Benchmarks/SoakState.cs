using Faultline.Shim;

namespace Faultline.Benchmarks;

/// <summary>What the program itself counts at a site: calls that handed out a block (or, at the site of frees, frees) and their bytes.</summary>
internal struct SoakCounts
{
    public ulong Allocations;
    public ulong Bytes;
}

/// <summary>The blocks that the soak's threads hand to each other, and their own counts. A block starts with its size and a seed; the rest is a pattern of both.</summary>
internal sealed unsafe class SoakState(int seed)
{
    private const int HeaderBytes = 8;

    private readonly nint[] _exchange = new nint[512];

    public int Seed => seed;

    public SoakCounts[] Counts { get; } = new SoakCounts[64];

    public volatile bool Stop;

    public volatile string? Failure;

    /// <summary>Allocates, resizes and exchanges; what comes out of the exchange is freed, whoever put it in.</summary>
    public void Churn(Random random, int site, int freeSite, int operations)
    {
        for (int i = 0; i < operations && !Stop && Failure == null; i++)
        {
            byte* block = Allocate(random, site);
            if (random.Next(4) == 0)
                block = Resize(block, random, site);
            byte* other = (byte*)Interlocked.Exchange(ref _exchange[random.Next(_exchange.Length)], (nint)block);
            if (other != null)
                Free(other, freeSite);
        }
    }

    public void FreeAll(int freeSite)
    {
        for (int i = 0; i < _exchange.Length; i++)
            if (Interlocked.Exchange(ref _exchange[i], 0) is var block && block != 0)
                Free((byte*)block, freeSite);
    }

    private byte* Allocate(Random random, int site)
    {
        int size = Size(random);
        int choice = random.Next(8);
        byte* block = (byte*)(choice == 0 ? NativeMemoryShim.AllocZeroed((nuint)size, site)
            : choice == 1 ? LibcShim.memalign((nuint)1 << random.Next(5, 13), (nuint)size, site)
            : NativeMemoryShim.Alloc((nuint)size, site));
        for (int i = 0; choice == 0 && i < size; i++)
            if (block[i] != 0)
                Failure ??= $"byte {i} of a zeroed block of {size} bytes is {block[i]}";
        Count(site, size);
        Fill(block, size, random.Next());
        return block;
    }

    private byte* Resize(byte* block, Random random, int site)
    {
        int old = *(int*)block;
        int size = Size(random);
        block = (byte*)NativeMemoryShim.Realloc(block, (nuint)size, site);
        Check(block, Math.Min(old, size));
        Count(site, size);
        Fill(block, size, random.Next());
        return block;
    }

    private void Free(byte* block, int site)
    {
        Check(block, *(int*)block);
        NativeMemoryShim.Free(block, site);
        Interlocked.Increment(ref Counts[site].Allocations);
    }

    private void Count(int site, int size)
    {
        Interlocked.Increment(ref Counts[site].Allocations);
        Interlocked.Add(ref Counts[site].Bytes, (ulong)size);
    }

    private static int Size(Random random)
        => random.Next(200) == 0 ? random.Next(100_000, 500_000) : HeaderBytes + (int)Math.Exp(random.NextDouble() * 8);

    private static void Fill(byte* block, int size, int seed)
    {
        ((int*)block)[0] = size;
        ((int*)block)[1] = seed;
        for (int i = HeaderBytes; i < size; i++)
            block[i] = (byte)(seed + i * 7);
    }

    private void Check(byte* block, int length)
    {
        int seed = ((int*)block)[1];
        for (int i = HeaderBytes; i < length; i++)
        {
            if (block[i] == (byte)(seed + i * 7))
                continue;
            Failure ??= $"byte {i} of the block of {*(int*)block} bytes at 0x{(ulong)block:x} was overwritten";
            return;
        }
    }
}
