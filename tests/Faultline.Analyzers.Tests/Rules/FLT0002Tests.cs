using Faultline.Analyzers.Tests.Support;

namespace Faultline.Analyzers.Tests.Rules;

/// <summary>FLT0002, served by mmap.</summary>
public class FLT0002Tests
{
    private const string Id = "FLT0002";

    [Fact]
    public Task Diagnostics() => RuleTest.Verify(Id,
        """
        unsafe class C
        {
            void M(byte b, void* block)
            {
                void* p = [|NativeMemory.Alloc(131_049)|];
                p = [|NativeMemory.Alloc(1024, 1024)|];
                p = [|NativeMemory.AllocZeroed(1 << 20)|];
                p = [|NativeMemory.Realloc(block, 200_000)|];
                p = [|NativeMemory.AlignedAlloc(131_072, 16)|];
                p = [|NativeMemory.AlignedAlloc(126_976, 4096)|];
                nint h = [|Marshal.AllocHGlobal(200_000 + b)|];
                h = [|Marshal.AllocCoTaskMem(int.MaxValue)|];
            }
        }
        """);

    [Fact]
    public Task Valid() => RuleTest.Verify(Id,
        """
        unsafe class C
        {
            void M(int n, nuint z)
            {
                void* p = NativeMemory.Alloc(131_048);
                p = NativeMemory.Alloc(z);
                p = NativeMemory.Alloc((nuint)n * 1_000_000);
                p = NativeMemory.AlignedAlloc(126_000, 64);
                p = NativeMemory.Alloc(nuint.MaxValue);
                nint h = Marshal.AllocHGlobal(-1);
            }
        }
        """);

    /// <summary>Which blocks the heap has free is not to be known: the message says "unless" instead.</summary>
    [Theory]
    [InlineData("NativeMemory.Alloc(8 * 1024 * 1024)",
        "'NativeMemory.Alloc' asks for 8,388,608 bytes: glibc on Linux initially serves its chunk of 8,388,624 bytes by mmap unless a free piece of the heap fits; 2,049 pages of its own, 2,049 page faults when all of it is first touched")]
    [InlineData("NativeMemory.Alloc(131_049)",
        "'NativeMemory.Alloc' asks for 131,049 bytes: glibc on Linux initially serves its chunk of 131,072 bytes by mmap unless a free piece of the heap fits; 33 pages of its own, 32 page faults when all of it is first touched")]
    [InlineData("NativeMemory.AlignedAlloc(1 << 20, 64)",
        "'NativeMemory.AlignedAlloc' asks for 1,048,576 bytes aligned to 64: glibc on Linux initially serves its chunk of 1,048,704 bytes by mmap unless a free piece of the heap fits; 257 pages of its own, 257 page faults when all of it is first touched")]
    [InlineData("NativeMemory.AlignedAlloc(1 << 20, 4096)",
        "'NativeMemory.AlignedAlloc' asks for 1,048,576 bytes aligned to 4,096: glibc on Linux initially serves its chunk of 1,052,736 bytes by mmap unless a free piece of the heap fits; 258 pages of its own, 257 page faults when all of it is first touched")]
    [InlineData("NativeMemory.Realloc(block, 200_000)",
        "'NativeMemory.Realloc' asks for 200,000 bytes: glibc on Linux initially serves its chunk of 200,016 bytes by mmap unless the block can grow where it is; 49 pages of its own, 49 page faults at most, since pages that the block had move along")]
    [InlineData("NativeMemory.Alloc((nuint)n + 200_000)",
        "'NativeMemory.Alloc' asks for 200,000 to 265,535 bytes: glibc on Linux initially serves its chunk of 200,016 to 265,552 bytes by mmap unless a free piece of the heap fits; 49 to 65 pages of its own, 49 to 65 page faults when all of it is first touched")]
    [InlineData("NativeMemory.Alloc((nuint)Math.Max(200_000, i))",
        "'NativeMemory.Alloc' asks for at least 200,000 bytes: glibc on Linux initially serves its chunk of at least 200,016 bytes by mmap unless a free piece of the heap fits; at least 49 pages of its own, at least 49 page faults when all of it is first touched")]
    public void Messages(string call, string expected)
        => Assert.Equal(expected, Inspect.Source($"unsafe class C {{ void* M(void* block, ushort n, int i) => {call}; }}", Id).Single().GetMessage());

    [Fact]
    public void A_threshold_that_is_set_is_not_initial_but_fixed()
        => Assert.Equal(
            "'NativeMemory.Alloc' asks for 65,536 bytes: glibc on Linux with an mmap threshold of 65,536 bytes serves its chunk of 65,552 bytes by mmap unless a free piece of the heap fits; 17 pages of its own, 17 page faults when all of it is first touched",
            Inspect.Source(
                "unsafe class C { void* M() => NativeMemory.Alloc(65_536); }",
                new Dictionary<string, string> { ["faultline.mmap_threshold"] = "64KiB" },
                Id).Single().GetMessage());

    [Theory]
    [InlineData("mmap(0, 65536, 3, 0x22, -1, 0)", "'mmap' asks for 65,536 bytes: Linux maps it whatever its size; 16 pages of its own, 16 page faults when all of it is first touched")]
    [InlineData("mmap(0, 5000, 3, 0x8022, -1, 0)", "'mmap' asks for 5,000 bytes: Linux maps it whatever its size; 2 pages of its own, all populated in the call without a page fault")]
    [InlineData("mremap(old, 4096, 40960, 1)", "'mremap' asks for 40,960 bytes: Linux maps it whatever its size; 10 pages of its own, 10 page faults at most, since pages that the block had move along")]
    [InlineData("mmap(0, 65536, 3, 0x02, fd, 0)", null)] // a file
    [InlineData("mmap(0, 65536, 0, 0x22, -1, 0)", null)] // PROT_NONE: address space only
    [InlineData("mmap(0, 1 << 21, 3, 0x40022, -1, 0)", null)] // huge pages
    [InlineData("mmap(0, 65536, 3, flags, -1, 0)", null)]
    public void Mmap_is_mapped_whatever_the_threshold(string call, string? expected)
        => Assert.Equal(expected, Inspect.Source(
            $$"""
            class C
            {
                [DllImport("libc")] static extern nint mmap(nint address, nuint length, int protection, int flags, int file, nint offset);
                [DllImport("libc")] static extern nint mremap(nint old, nuint length, nuint to, int flags);
                nint M(int fd, int flags, nint old) => {{call}};
            }
            """,
            Id).SingleOrDefault()?.GetMessage());
}
