using Faultline.Analyzers.Tests.Support;

namespace Faultline.Analyzers.Tests.Rules;

/// <summary>FLT1006, the deallocator does not match the allocator.</summary>
public class FLT1006Tests
{
    private const string Id = "FLT1006";

    [Fact]
    public Task Diagnostics() => RuleTest.Verify(Id,
        """
        unsafe class C
        {
            byte* _field;
            static nint s_field;

            void Locals(bool flag)
            {
                void* p = NativeMemory.AlignedAlloc(64, 64);
                [|NativeMemory.Free(p)|];

                byte* bytes = (byte*)NativeMemory.Alloc(8);
                nint handle = (nint)bytes;
                [|Marshal.FreeHGlobal(handle)|];

                nint h = Marshal.AllocHGlobal(8);
                [|NativeMemory.Free((void*)h)|];
                [|NativeMemory.Free(((IntPtr)h).ToPointer())|];
                [|Marshal.FreeCoTaskMem(new IntPtr(h.ToPointer()))|];

                nint text = flag ? Marshal.StringToCoTaskMemUTF8("a") : Marshal.StringToCoTaskMemUni("b");
                [|Marshal.FreeHGlobal(text)|];

                nint either = flag ? Marshal.AllocHGlobal(8) : Marshal.AllocCoTaskMem(8);
                [|Marshal.FreeBSTR(either)|];

                [|Marshal.FreeHGlobal(Marshal.StringToBSTR("nested"))|];
            }

            void Fields()
            {
                _field = (byte*)NativeMemory.AlignedAlloc(64, 64);
                _field[0] = 1;
                [|NativeMemory.Free(_field)|];
                s_field = Marshal.AllocCoTaskMem(8);
                [|Marshal.FreeHGlobal(s_field)|];
            }

            void Resizes()
            {
                void* p = NativeMemory.AlignedAlloc(64, 64);
                p = [|NativeMemory.Realloc(p, 128)|];
                NativeMemory.Free(p);
            }

            void Null_on_the_other_path(bool flag)
            {
                void* p = null;
                if (flag)
                    p = NativeMemory.AlignedAlloc(64, 64);
                [|NativeMemory.Free(p)|];
            }

            void In_finally()
            {
                nint p = Marshal.AllocCoTaskMem(8);
                try { Console.WriteLine(); }
                finally { [|Marshal.FreeHGlobal(p)|]; }
            }

            void In_loop(int n)
            {
                for (int i = 0; i < n; i++)
                {
                    nint p = Marshal.AllocHGlobal(8);
                    [|Marshal.FreeCoTaskMem(p)|];
                }
            }

            void In_lambda()
            {
                Action a = () => { void* p = NativeMemory.AlignedAlloc(64, 64); [|NativeMemory.Free(p)|]; };
            }
        }
        """);

    [Fact]
    public Task Valid() => RuleTest.Verify(Id,
        """
        unsafe class C
        {
            byte* _field;

            void Right(bool flag, nint given)
            {
                NativeMemory.Free(NativeMemory.Alloc(8));
                NativeMemory.AlignedFree(NativeMemory.AlignedRealloc(NativeMemory.AlignedAlloc(8, 64), 16, 64));
                Marshal.FreeHGlobal(Marshal.ReAllocHGlobal(Marshal.StringToHGlobalUni("a"), 20));
                Marshal.ZeroFreeCoTaskMemUTF8(Marshal.StringToCoTaskMemUTF8("a"));
                Marshal.ZeroFreeBSTR(Marshal.StringToBSTR("a"));
                Marshal.FreeHGlobal(given);
                NativeMemory.Free(null);
                Marshal.FreeCoTaskMem(IntPtr.Zero);
            }

            void Reassigned()
            {
                nint p = Marshal.AllocHGlobal(8);
                Marshal.FreeHGlobal(p);
                p = Marshal.AllocCoTaskMem(8);
                Marshal.FreeCoTaskMem(p);
            }
        }
        """);

    /// <summary>What is not certain is not reported, though some of it is wrong.</summary>
    [Fact]
    public Task Deliberate_false_negatives() => RuleTest.Verify(Id,
        """
        unsafe class C
        {
            nint _field;

            // The two flags may agree in ways that are not followed.
            void Correlated(bool aligned)
            {
                void* p = aligned ? NativeMemory.AlignedAlloc(64, 64) : NativeMemory.Alloc(64);
                if (aligned) NativeMemory.AlignedFree(p);
                else NativeMemory.Free(p);
            }

            // Where it came from is known on one path only.
            void Partly(bool flag, nint given)
            {
                nint p = flag ? Marshal.AllocHGlobal(8) : given;
                Marshal.FreeCoTaskMem(p);
            }

            // The call may write the field.
            void Interrupted()
            {
                _field = Marshal.AllocHGlobal(8);
                Replace();
                Marshal.FreeCoTaskMem(_field);
            }

            void Replace() => _field = Marshal.AllocCoTaskMem(8);

            // Across methods: fields and parameters are looked at one method at a time.
            void First() => _field = Marshal.AllocHGlobal(8);
            void Second() => Marshal.FreeCoTaskMem(_field);

            // A moved pointer is another mistake (FLT1007), and no longer known to be a block.
            void Moved()
            {
                byte* p = (byte*)NativeMemory.AlignedAlloc(64, 64);
                p += 8;
                NativeMemory.Free(p);
            }

            // A variable that a lambda writes, or whose address is out, is not followed.
            void Captured()
            {
                nint p = Marshal.AllocHGlobal(8);
                Action swap = () => p = Marshal.AllocCoTaskMem(8);
                swap();
                Marshal.FreeCoTaskMem(p);
                nint q = Marshal.AllocHGlobal(8);
                nint* at = &q;
                *at = Marshal.AllocCoTaskMem(8);
                Marshal.FreeCoTaskMem(q);
            }

            // A delegate or a function pointer to the wrong deallocator.
            void Indirect()
            {
                Action<nint> free = Marshal.FreeCoTaskMem;
                free(Marshal.AllocHGlobal(8));
            }
        }
        """);

    [Theory]
    [InlineData("NativeMemory.Free(NativeMemory.AlignedAlloc(8, 64))",
        "Memory from 'NativeMemory.AlignedAlloc' is freed by 'NativeMemory.Free': it works with glibc on Linux, where both end in malloc and free, but is undefined on Windows; use 'NativeMemory.AlignedFree'")]
    [InlineData("Marshal.FreeHGlobal(Marshal.AllocCoTaskMem(8))",
        "Memory from 'Marshal.AllocCoTaskMem' is freed by 'Marshal.FreeHGlobal': it works with glibc on Linux, where both end in malloc and free, but is undefined on Windows; use 'Marshal.FreeCoTaskMem'")]
    [InlineData("Marshal.FreeCoTaskMem(Marshal.StringToBSTR(\"a\"))",
        "Memory from 'Marshal.StringToBSTR' is freed by 'Marshal.FreeCoTaskMem': a BSTR points 8 bytes into its block, so this is heap corruption; use 'Marshal.FreeBSTR'")]
    [InlineData("Marshal.FreeBSTR(Marshal.StringToCoTaskMemUni(\"a\"))",
        "Memory from 'Marshal.StringToCoTaskMemUni' is freed by 'Marshal.FreeBSTR': it takes its block to start 8 bytes before the pointer, so this is heap corruption; use 'Marshal.FreeCoTaskMem'")]
    [InlineData("NativeMemory.Realloc(NativeMemory.AlignedAlloc(8, 64), 16)",
        "Memory from 'NativeMemory.AlignedAlloc' is resized by 'NativeMemory.Realloc': with glibc on Linux the new block keeps the contents but not the alignment, and on Windows this is undefined; use 'NativeMemory.AlignedRealloc'")]
    [InlineData("Libc.free(Libc.mmap(0, 4096, 3, 0x22, -1, 0))",
        "Memory from 'mmap' is freed by 'free': a mapping has no chunk header, so this is heap corruption; use 'munmap'")]
    [InlineData("Libc.munmap(Libc.malloc(4096), 4096)",
        "Memory from 'malloc' is freed by 'munmap': it unmaps heap pages under other blocks or fails, so this is heap corruption or a leak; use 'free'")]
    [InlineData("Marshal.FreeHGlobal(Libc.malloc(8))",
        "Memory from 'malloc' is freed by 'Marshal.FreeHGlobal': it works with glibc on Linux, where both end in malloc and free, but is undefined on Windows; use 'free'")]
    [InlineData("NativeMemory.Free((void*)Libc.malloc(8))", null)] // NativeMemory documents itself as C's malloc and free
    [InlineData("Libc.free((nint)NativeMemory.Alloc(8))", null)]
    public void Messages(string call, string? expected)
        => Assert.Equal(expected, Inspect.Source(
            $$"""
            unsafe class C { void M() { {{call}}; } }
            static class Libc
            {
                [DllImport("libc")] public static extern nint malloc(nuint size);
                [DllImport("libc")] public static extern void free(nint block);
                [DllImport("libc")] public static extern int munmap(nint block, nuint length);
                [DllImport("libc")] public static extern nint mmap(nint address, nuint length, int protection, int flags, int file, nint offset);
            }
            """,
            Id).SingleOrDefault()?.GetMessage());

    [Theory]
    [InlineData("void* p; posix_memalign(&p, 64, 64);")]
    [InlineData("posix_memalign_out(out void* p, 64, 64);")]
    public void The_block_that_posix_memalign_stores_is_followed(string allocation)
    {
        var found = Inspect.Source(
            $$"""
            unsafe class C
            {
                [DllImport("libc")] static extern int posix_memalign(void** block, nuint alignment, nuint size);
                [DllImport("libc", EntryPoint = "posix_memalign")] static extern int posix_memalign_out(out void* block, nuint alignment, nuint size);
                void M() { {{allocation}} Marshal.FreeHGlobal((nint)p); }
            }
            """,
            Id);
        Assert.StartsWith("Memory from 'posix_memalign' is freed by 'Marshal.FreeHGlobal'", found.Single().GetMessage());
    }

    [Fact]
    public void The_allocations_are_additional_locations()
    {
        var found = Inspect.Source(
            "unsafe class C { void M(bool flag) { void* p = flag ? NativeMemory.AlignedAlloc(8, 64) : NativeMemory.AlignedAlloc(16, 64); NativeMemory.Free(p); } }", Id).Single();
        Assert.Equal(["NativeMemory.AlignedAlloc(8, 64)", "NativeMemory.AlignedAlloc(16, 64)"],
            found.AdditionalLocations.Select(l => l.SourceTree!.GetText().ToString(l.SourceSpan)));
    }
}
