using Faultline.Analyzers.Tests.Support;
using Faultline.CodeFixes;

namespace Faultline.Analyzers.Tests.Rules;

/// <summary>FLT0008, a clear of what is zero already.</summary>
public class FLT0008Tests
{
    private const string Id = "FLT0008";

    [Fact]
    public Task Diagnostics() => RuleTest.Verify(Id,
        """
        unsafe class C
        {
            [DllImport("libc")] static extern void* calloc(nuint count, nuint size);
            [DllImport("libc")] static extern void* mmap(void* address, nuint length, int protection, int flags, int file, nint offset);

            void M(int n, nuint bytes)
            {
                byte* a = (byte*)NativeMemory.AllocZeroed(bytes);
                [|NativeMemory.Clear(a, bytes);|]
                int* b = (int*)NativeMemory.AllocZeroed((nuint)n, 4);
                [|new Span<int>(b, 10).Clear();|]
                void* c = calloc(8, 8);
                if (c == null) return;
                [|Unsafe.InitBlock(c, 0, 64);|]
                void* d = mmap(null, 8192, 3, 0x22, -1, 0);
                [|NativeMemory.Clear(d, 8192);|]
            }
        }
        """);

    [Fact]
    public Task Valid() => RuleTest.Verify(Id,
        """
        unsafe class C
        {
            [DllImport("libc")] static extern void* mmap(void* address, nuint length, int protection, int flags, int file, nint offset);

            void M(int file)
            {
                void* fresh = NativeMemory.Alloc(8);
                NativeMemory.Clear(fresh, 8);
                byte* written = (byte*)NativeMemory.AllocZeroed(8);
                written[0] = 1;
                NativeMemory.Clear(written, 8);
                void* of = mmap(null, 8192, 3, 2, file, 0);
                NativeMemory.Clear(of, 8192);
                void* lengthHasEffects = NativeMemory.AllocZeroed(8);
                NativeMemory.Clear(lengthHasEffects, (nuint)Next());
            }

            int Next() => 8;
        }
        """);

    [Theory]
    [InlineData("1 << 20", "1 << 20", "'NativeMemory.AllocZeroed' has returned this block zeroed, 1,048,576 bytes: clearing it again touches its fresh pages: 257 page faults (glibc on Linux maps it)")]
    [InlineData("1 << 20", "4096", "'NativeMemory.AllocZeroed' has returned this block zeroed, 1,048,576 bytes: clearing it again touches its fresh pages: at most 257 page faults (glibc on Linux maps it)")]
    [InlineData("64", "64", "'NativeMemory.AllocZeroed' has returned this block zeroed, 64 bytes: clearing it again writes the same zeros a second time, and where glibc on Linux maps the block it touches every page")]
    public void Messages(string size, string cleared, string expected)
        => Assert.Equal(expected, Inspect.Source($"unsafe class C {{ void M() {{ void* p = NativeMemory.AllocZeroed({size}); NativeMemory.Clear(p, {cleared}); }} }}", Id).Single().GetMessage());

    [Fact]
    public Task CodeFix() => FixTest<RemoveClearFix>.Run(Id,
        """
        unsafe class C
        {
            void M()
            {
                void* p = NativeMemory.AllocZeroed(64); // zero

                // To be sure.
                [|NativeMemory.Clear(p, 64);|]
                NativeMemory.Free(p);
            }
        }
        """,
        """
        unsafe class C
        {
            void M()
            {
                void* p = NativeMemory.AllocZeroed(64); // zero

                // To be sure.
                NativeMemory.Free(p);
            }
        }
        """);

    [Fact]
    public Task FixAll() => FixTest<RemoveClearFix>.Run(Id,
        """
        unsafe class C
        {
            void M()
            {
                void* p = NativeMemory.AllocZeroed(64);
                [|NativeMemory.Clear(p, 64);|]
                void* q = NativeMemory.AllocZeroed(64);
                [|new Span<byte>(q, 64).Clear();|]
            }
        }
        """,
        """
        unsafe class C
        {
            void M()
            {
                void* p = NativeMemory.AllocZeroed(64);
                void* q = NativeMemory.AllocZeroed(64);
            }
        }
        """);
}
