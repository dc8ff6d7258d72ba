using Faultline.Analyzers.Tests.Support;
using Faultline.CodeFixes;

namespace Faultline.Analyzers.Tests.Rules;

/// <summary>FLT0007, a whole-block clear right after the allocation.</summary>
public class FLT0007Tests
{
    private const string Id = "FLT0007";

    [Fact]
    public Task Diagnostics() => RuleTest.Verify(Id,
        """
        unsafe class C
        {
            const int Size = 4096;
            int* _field;

            void M(int n, nuint bytes, int[] array)
            {
                void* a = [|NativeMemory.Alloc(Size)|];
                NativeMemory.Clear(a, 4 * 1024);

                byte* b = (byte*)[|NativeMemory.Alloc(bytes)|];
                Unsafe.InitBlock(b, 0, (uint)bytes);

                int* c = (int*)[|NativeMemory.Alloc((nuint)n, sizeof(int))|];
                if (c == null)
                    throw new OutOfMemoryException();
                new Span<int>(c, n).Clear();

                long* d;
                d = (long*)[|NativeMemory.Alloc((nuint)array.Length * sizeof(long))|];
                Counter.Calls++;
                new Span<byte>(d, array.Length * 8).Fill(0);

                _field = (int*)[|NativeMemory.Alloc((nuint)(n * sizeof(int)))|];
                NativeMemory.Fill(_field, (nuint)n * 4, 0);

                nint e = [|Marshal.AllocHGlobal(n)|];
                new Span<byte>((void*)e, n).Clear();
                nint f = [|Marshal.AllocCoTaskMem(n)|];
                Unsafe.InitBlockUnaligned(f.ToPointer(), 0, (uint)n);
            }
        }

        static class Counter { public static int Calls; }
        """);

    [Fact]
    public Task Valid() => RuleTest.Verify(Id,
        """
        unsafe class C
        {
            void M(int n, byte* other)
            {
                void* part = NativeMemory.Alloc(100);
                NativeMemory.Clear(part, 50);

                void* another = NativeMemory.Alloc(100);
                NativeMemory.Clear(other, 100);

                byte* written = (byte*)NativeMemory.Alloc(100);
                written[0] = 1;
                NativeMemory.Clear(written, 100);

                void* changed = NativeMemory.Alloc((nuint)n);
                n++;
                NativeMemory.Clear(changed, (nuint)n);

                byte* behind = (byte*)NativeMemory.Alloc(100);
                NativeMemory.Clear(behind + 8, 100);

                void* filled = NativeMemory.Alloc(100);
                NativeMemory.Fill(filled, 100, 255);

                void* aligned = NativeMemory.AlignedAlloc(128, 64);
                NativeMemory.Clear(aligned, 128);

                void* zeroed = NativeMemory.AllocZeroed(100);
                NativeMemory.Clear(zeroed, 100);

                void* unknown = NativeMemory.Alloc((nuint)Next());
                NativeMemory.Clear(unknown, (nuint)Next());

                if (NativeMemory.Alloc(8) is var p)
                    NativeMemory.Clear(p, 8);
            }

            int Next() => 8;
        }
        """);

    [Theory]
    [InlineData("1 << 20", "The block of 'NativeMemory.Alloc' is cleared as a whole right after it is allocated, 1,048,576 bytes; 'NativeMemory.AllocZeroed' does not touch what glibc on Linux maps: 257 page faults fewer until the pages are used")]
    [InlineData("4096", "The block of 'NativeMemory.Alloc' is cleared as a whole right after it is allocated, 4,096 bytes; 'NativeMemory.AllocZeroed' is one call and does not write memory that has just come from the kernel")]
    [InlineData("n", "The block of 'NativeMemory.Alloc' is cleared as a whole right after it is allocated; 'NativeMemory.AllocZeroed' leaves a block that glibc on Linux maps untouched, page faults and all, and does not write heap memory that has just come from the kernel")]
    public void Messages(string size, string expected)
        => Assert.Equal(expected, Inspect.Source($"unsafe class C {{ void M(nuint n) {{ void* p = NativeMemory.Alloc({size}); NativeMemory.Clear(p, {size}); }} }}", Id).Single().GetMessage());

    [Fact]
    public void The_clear_is_an_additional_location()
    {
        var found = Inspect.Source("unsafe class C { void M() { void* p = NativeMemory.Alloc(8); NativeMemory.Clear(p, 8); } }", Id).Single();
        Assert.Equal(["NativeMemory.Clear(p, 8);"], found.AdditionalLocations.Select(l => l.SourceTree!.GetText().ToString(l.SourceSpan)));
    }

    [Fact]
    public Task CodeFix() => FixTest<AllocZeroedFix>.Run(Id,
        """
        unsafe class C
        {
            void M(int n)
            {
                // A table.
                int* table = (int*)[|NativeMemory.Alloc((nuint)n, sizeof(int))|]; // of counts
                // It must start at zero.
                NativeMemory.Clear(table, (nuint)n * sizeof(int));
                table[0] = 1;
            }
        }
        """,
        """
        unsafe class C
        {
            void M(int n)
            {
                // A table.
                int* table = (int*)NativeMemory.AllocZeroed((nuint)n, sizeof(int)); // of counts
                // It must start at zero.
                table[0] = 1;
            }
        }
        """);

    [Fact]
    public Task FixAll() => FixTest<AllocZeroedFix>.Run(Id,
        """
        using static System.Runtime.InteropServices.NativeMemory;

        unsafe class C
        {
            void* _block;

            void M(bool flag)
            {
                void* a = [|NativeMemory.Alloc(8)|];
                NativeMemory.Clear(a, 8);
                void* b = [|Alloc(16)|];
                new Span<byte>(b, 16).Clear();
                if (flag)
                {
                    _block = [|NativeMemory.Alloc(24)|];
                    NativeMemory.Clear(_block, 24);
                }
            }
        }
        """,
        """
        using static System.Runtime.InteropServices.NativeMemory;

        unsafe class C
        {
            void* _block;

            void M(bool flag)
            {
                void* a = NativeMemory.AllocZeroed(8);
                void* b = AllocZeroed(16);
                if (flag)
                {
                    _block = NativeMemory.AllocZeroed(24);
                }
            }
        }
        """);

    /// <summary>Marshal has no zeroed allocation, and whether there is a P/Invoke to calloc is another question.</summary>
    [Theory]
    [InlineData("nint p = {|FLT0007:Marshal.AllocHGlobal(8)|}; NativeMemory.Clear((void*)p, 8);")]
    [InlineData("void* p = {|FLT0007:malloc(8)|}; NativeMemory.Clear(p, 8);")]
    public Task No_fix_without_a_zeroed_twin(string body)
    {
        string source = $$"""unsafe class C { [DllImport("libc")] static extern void* malloc(nuint size); void M() { {{body}} } }""";
        return FixTest<AllocZeroedFix>.Run(Id, source, source);
    }
}
