using Faultline.Analyzers.Tests.Support;

namespace Faultline.Analyzers.Tests.Rules;

/// <summary>FLT0006, mapped only for the chunk's header.</summary>
public class FLT0006Tests
{
    private const string Id = "FLT0006";

    [Fact]
    public Task Diagnostics() => RuleTest.Verify(Id,
        """
        unsafe class C
        {
            const int Tile = 256;

            void M(bool flag)
            {
                void* p = [|NativeMemory.Alloc(131_049)|];
                p = [|NativeMemory.Alloc(131_072)|];
                p = [|NativeMemory.Alloc(Tile * Tile, 2)|];
                nint h = [|Marshal.AllocHGlobal(flag ? 131_050 : 131_060)|];
            }
        }
        """);

    [Fact]
    public Task Valid() => RuleTest.Verify(Id,
        """
        unsafe class C
        {
            void M(bool flag)
            {
                void* p = NativeMemory.Alloc(131_048);
                p = NativeMemory.Alloc(131_073);
                p = NativeMemory.Alloc(flag ? 131_040u : 131_060u);
                p = NativeMemory.AlignedAlloc(131_072, 64);
            }
        }
        """);

    /// <summary>FLT0002 says what such a call costs, FLT0006 why it need not: both are shown.</summary>
    [Fact]
    public void It_comes_beside_FLT0002()
        => Assert.Equal(["FLT0002", "FLT0006"], Inspect.Source("unsafe class C { void* M() => NativeMemory.Alloc(131_072); }").Select(d => d.Id));

    [Fact]
    public void Message()
        => Assert.Equal(
            "'NativeMemory.Alloc' asks for 131,072 bytes, which only the chunk header takes to the mmap threshold of 131,072 bytes (glibc on Linux, initially): at most 131,048 bytes stay on the brk heap and need no mapping of 33 pages",
            Inspect.Source("unsafe class C { void* M() => NativeMemory.Alloc(131_072); }", Id).Single().GetMessage());

    [Fact]
    public Task The_threshold_can_be_configured() => RuleTest.Verify(Id,
        """
        unsafe class C
        {
            void* M(int which) => which switch
            {
                0 => NativeMemory.Alloc(131_072),
                1 => [|NativeMemory.Alloc(1 << 20)|],
                _ => NativeMemory.Alloc((1 << 20) - 24),
            };
        }
        """,
        "faultline.mmap_threshold = 1MB\n");
}
