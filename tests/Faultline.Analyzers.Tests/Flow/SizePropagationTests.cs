using Faultline.Analyzers.Tests.Support;

namespace Faultline.Analyzers.Tests.Flow;

/// <summary>What the interval domain makes of expressions: exact, within bounds, or honestly unknown.</summary>
public class SizePropagationTests
{
    [Theory]
    [InlineData("64", "heap 64 bytes")]
    [InlineData("4 * 1024 + 16", "heap 4,112 bytes")]
    [InlineData("sizeof(long) * 100", "heap 800 bytes")]
    [InlineData("1u << 20", "mmap 1,048,576 bytes")]
    [InlineData("(nuint)(200 * 1000)", "mmap 200,000 bytes")]
    [InlineData("(nuint)sizeof(Vertex) * 10", "heap 240 bytes")]
    [InlineData("(nuint)Unsafe.SizeOf<Vertex>() * 10000", "mmap 240,000 bytes")]
    [InlineData("(nuint)Marshal.SizeOf<long>() * 2", "heap 16 bytes")]
    [InlineData("(nuint)IntPtr.Size * 4", "heap 32 bytes")]
    [InlineData("Limit", "mmap 262,144 bytes")]
    [InlineData("Fixed", "heap 12,288 bytes")]
    [InlineData("(nuint)Derived", "heap 24,576 bytes")]
    [InlineData("(nuint)Property", "heap 8,192 bytes")]
    [InlineData("(nuint)Math.Min(4096, 100_000)", "heap 4,096 bytes")]
    [InlineData("(nuint)\"twelve chars\".Length", "heap 12 bytes")]
    [InlineData("(nuint)Math.Abs(-300000)", "mmap 300,000 bytes")]
    [InlineData("(nuint)BitOperations.RoundUpToPowerOf2(200000u)", "mmap 262,144 bytes")]
    [InlineData("~(nuint)0 & 255", "heap 255 bytes")]
    [InlineData("(nuint)(1000 ^ 8) | 1", "heap 993 bytes")]
    public void Constants_in_all_their_disguises(string size, string expected)
        => Assert.Equal(expected, Sizes.Of($"p = NativeMemory.Alloc({size});", Members));

    [Theory]
    [InlineData("b", "heap at most 255 bytes")]
    [InlineData("w", "heap at most 65,535 bytes")]
    [InlineData("(nuint)w * 3", "heap at most 196,605 bytes", false)]
    [InlineData("(nuint)b * 256 + 200_000", "mmap 200,000 to 265,280 bytes")]
    [InlineData("(nuint)(u % 1000)", "heap at most 999 bytes")]
    [InlineData("(nuint)(n & 0xFFFF)", "heap at most 65,535 bytes")]
    [InlineData("(nuint)((n & 0xFFF) + 15 & ~15)", "heap at most 4,096 bytes")]
    [InlineData("((nuint)b + 15) & ~(nuint)15", "heap at most 256 bytes")]
    [InlineData("(nuint)Math.Clamp(n, 16, 4096)", "heap 16 to 4,096 bytes")]
    [InlineData("(nuint)Math.Max(200_000, Math.Min(n, 300_000))", "mmap 200,000 to 300,000 bytes")]
    [InlineData("(nuint)Math.Max(n, 500_000)", "mmap at least 500,000 bytes")]
    [InlineData("(nuint)nuint.Min(z, 1000)", "heap at most 1,000 bytes")]
    [InlineData("(nuint)(u >> 20)", "heap at most 4,095 bytes")]
    [InlineData("(nuint)(u / 100_000)", "heap at most 42,949 bytes")]
    [InlineData("(nuint)b << 4", "heap at most 4,080 bytes")]
    [InlineData("(nuint)text.Length + 200_000", "mmap 200,000 to 1,073,941,791 bytes")] // a string has at most 2^30 - 33 chars
    [InlineData("(nuint)array.Length + 150_000", "mmap at least 150,000 bytes")]
    [InlineData("(nuint)span.Length + 150_000", "mmap at least 150,000 bytes")]
    [InlineData("(nuint)(flag ? 100 : 200)", "heap 100 to 200 bytes")]
    [InlineData("(nuint)(flag ? 100 : 200_000)", Sizes.Nothing)]
    [InlineData("(nuint)(b switch { 0 => 10, < 100 => 20, _ => 30 })", "heap 10 to 30 bytes")]
    [InlineData("(nuint)checked((byte)n)", "heap at most 255 bytes")]
    [InlineData("(nuint)(byte)n", "heap at most 255 bytes")]
    [InlineData("(nuint)(text.Length + 1) * 2", Sizes.Nothing)]
    [InlineData("(nuint)(maybe ?? 100)", Sizes.Nothing)]
    public void Bounds_that_follow_from_operators(string size, string expected, bool decides = true)
        => Assert.Equal(decides ? expected : Sizes.Nothing, Sizes.Of($"p = NativeMemory.Alloc({size});"));

    [Theory]
    [InlineData("z")]
    [InlineData("(nuint)n")]
    [InlineData("(nuint)n * 4")]
    [InlineData("(nuint)(n * sizeof(long))")]
    [InlineData("(nuint)(n + 200_000)")] // wraps below zero for large n
    [InlineData("(nuint)(array.Length + 200_000)")] // an array of 2^31 - 57 bytes makes this negative
    [InlineData("(nuint)l + 200_000")]
    [InlineData("z + 200_000")]
    [InlineData("(nuint)(uint)n")]
    [InlineData("(nuint)Math.Max(n, 100)")]
    [InlineData("(nuint)Environment.TickCount")]
    [InlineData("(nuint)(n * 1.5)")]
    [InlineData("(nuint)_mutable")]
    [InlineData("(nuint)s_rewritten")]
    [InlineData("(nuint)Virtual")]
    public void Nothing_is_guessed(string size)
        => Assert.Equal(Sizes.Nothing, Sizes.Of($"p = NativeMemory.Alloc({size});", Members + "int _mutable = 100; virtual protected int Virtual => 100;"));

    [Fact]
    public void A_size_that_always_fails_is_no_allocation()
    {
        Assert.Equal(Sizes.Nothing, Sizes.Of("p = (void*)Marshal.AllocHGlobal(-5);"));
        Assert.Equal(Sizes.Nothing, Sizes.Of("p = NativeMemory.Alloc(nuint.MaxValue / 2 + 1);"));
        Assert.Equal(Sizes.Nothing, Sizes.Of("p = NativeMemory.Alloc(nuint.MaxValue, 8);"));
    }

    private const string Members = """
        struct Vertex { public byte Kind; public double X; public int Index; }
        const int Limit = 256 * 1024;
        static readonly nuint Fixed = 3 * 4096;
        static readonly int Derived = 2 * (int)Fixed;
        static int Property { get; } = 8192;
        static readonly int s_rewritten = 100;
        static C() { if (Environment.Is64BitProcess) s_rewritten = 500_000; }
        """;
}
