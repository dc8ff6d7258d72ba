using Faultline.Analyzers.Tests.Support;

namespace Faultline.Analyzers.Tests.Rules;

/// <summary>FLT0001, served from the brk heap.</summary>
public class FLT0001Tests
{
    private const string Id = "FLT0001";

    [Fact]
    public Task Diagnostics() => RuleTest.Verify(Id,
        """
        unsafe class C
        {
            void M(byte b)
            {
                void* p = [|NativeMemory.Alloc(131_048)|];
                p = [|NativeMemory.Alloc(b, 500)|];
                p = [|NativeMemory.AllocZeroed(0)|];
                p = [|NativeMemory.Realloc(null, 64)|];
                p = [|NativeMemory.AlignedAlloc(1000, 64)|];
                p = [|NativeMemory.AlignedRealloc(p, 1000, 64)|];
                nint h = [|Marshal.AllocHGlobal(32)|];
                h = [|Marshal.AllocHGlobal((nint)32)|];
                h = [|Marshal.ReAllocHGlobal(IntPtr.Zero, 64)|];
                h = [|Marshal.AllocCoTaskMem(sizeof(int))|];
                h = [|Marshal.StringToHGlobalUni("text")|];
            }
        }
        """);

    [Fact]
    public Task Valid() => RuleTest.Verify(Id,
        """
        unsafe class C
        {
            void M(int n, void* block, string text, System.Security.SecureString secret)
            {
                void* p = NativeMemory.Alloc(131_049);
                p = NativeMemory.Alloc((nuint)n);
                p = NativeMemory.AlignedAlloc(1000, (nuint)n);
                p = NativeMemory.AlignedAlloc(1000, 48);
                nint h = Marshal.StringToHGlobalUni(text);
                h = Marshal.StringToHGlobalUni(null);
                h = Marshal.SecureStringToBSTR(secret);
                NativeMemory.Free(p);
                Other.Alloc(8);
            }

            static class Other { public static void Alloc(int size) { } }
        }
        """);

    /// <summary>A mapped block stays mapped however small it gets: only the old block could say where this one is.</summary>
    [Fact]
    public Task Deliberately_quiet_on_a_small_size_in_Realloc() => RuleTest.Verify(Id,
        "unsafe class C { void* M(void* block) => NativeMemory.Realloc(block, 64); }");

    [Theory]
    [InlineData("NativeMemory.Alloc(8192)",
        "'NativeMemory.Alloc' asks for 8,192 bytes: glibc on Linux serves it from the brk heap with a chunk of 8,208 bytes, on 2 or 3 pages; at most 3 page faults at first touch, none where the heap's pages are resident")]
    [InlineData("NativeMemory.Alloc(1)",
        "'NativeMemory.Alloc' asks for 1 byte: glibc on Linux serves it from the brk heap with a chunk of 32 bytes, on 1 page; at most 1 page fault at first touch, none where the heap's pages are resident")]
    [InlineData("NativeMemory.AllocZeroed(100, 40)",
        "'NativeMemory.AllocZeroed' asks for 4,000 bytes: glibc on Linux serves it from the brk heap with a chunk of 4,016 bytes, on 1 or 2 pages; at most 2 page faults, all in the call, which clears the block")]
    [InlineData("NativeMemory.AlignedAlloc(100_000, 64)",
        "'NativeMemory.AlignedAlloc' asks for 100,032 bytes aligned to 64: glibc on Linux serves it from the brk heap with a chunk of 100,160 bytes that is trimmed to the aligned block, on 25 or 26 pages; at most 26 page faults at first touch, none where the heap's pages are resident")]
    [InlineData("NativeMemory.AlignedAlloc(8192, 4096)",
        "'NativeMemory.AlignedAlloc' asks for 8,192 bytes aligned to 4,096: glibc on Linux serves it from the brk heap with a chunk of 12,352 bytes that is trimmed to the aligned block, on 2 pages; at most 2 page faults at first touch, none where the heap's pages are resident")]
    [InlineData("(void*)Marshal.StringToBSTR(\"hello\")",
        "'Marshal.StringToBSTR' asks for 32 bytes: glibc on Linux serves it from the brk heap with a chunk of 48 bytes, on 1 or 2 pages; at most 2 page faults, in the call as far as it writes the text")]
    [InlineData("NativeMemory.Alloc(n)",
        "'NativeMemory.Alloc' asks for at most 65,535 bytes: glibc on Linux serves it from the brk heap with a chunk of 32 to 65,552 bytes, on 1 to 17 pages; at most 17 page faults at first touch, none where the heap's pages are resident")]
    public void Messages(string call, string expected)
        => Assert.Equal(expected, Inspect.Source($"unsafe class C {{ void* M(ushort n) => {call}; }}", Id).Single().GetMessage());

    [Fact]
    public Task The_threshold_can_be_configured() => RuleTest.Verify(Id,
        """
        unsafe class C
        {
            void* M(bool big) => big
                ? NativeMemory.Alloc(65_513)
                : [|NativeMemory.Alloc(65_512)|];
        }
        """,
        "faultline.mmap_threshold = 65530\n");
}
