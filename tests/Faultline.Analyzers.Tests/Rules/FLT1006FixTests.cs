using Faultline.Analyzers.Tests.Support;
using Faultline.CodeFixes;

namespace Faultline.Analyzers.Tests.Rules;

/// <summary>The fix of FLT1006: the deallocator of the block's own family.</summary>
public class FLT1006FixTests
{
    private const string Id = "FLT1006";

    [Fact]
    public Task CodeFix() => FixTest<RightDeallocatorFix>.Run(Id,
        """
        unsafe class C
        {
            void M(void* p)
            {
                p = NativeMemory.AlignedAlloc(64, 64);
                [|NativeMemory.Free(p)|]; // done
            }
        }
        """,
        """
        unsafe class C
        {
            void M(void* p)
            {
                p = NativeMemory.AlignedAlloc(64, 64);
                NativeMemory.AlignedFree(p); // done
            }
        }
        """);

    [Fact]
    public Task FixAll() => FixTest<RightDeallocatorFix>.Run(Id,
        """
        unsafe class C
        {
            void Pointers()
            {
                byte* p = (byte*)NativeMemory.AlignedAlloc(64, 64);
                [|Marshal.FreeHGlobal((nint)p)|];
                int* q = (int*)Marshal.AllocHGlobal(8);
                [|NativeMemory.Free(q)|];
                nint h = Marshal.AllocCoTaskMem(8);
                [|NativeMemory.Free((void*)h)|];
                nint s = Marshal.StringToBSTR("a");
                [|Marshal.FreeCoTaskMem(ptr: s)|];
            }
        }
        """,
        """
        unsafe class C
        {
            void Pointers()
            {
                byte* p = (byte*)NativeMemory.AlignedAlloc(64, 64);
                NativeMemory.AlignedFree(p);
                int* q = (int*)Marshal.AllocHGlobal(8);
                Marshal.FreeHGlobal((nint)q);
                nint h = Marshal.AllocCoTaskMem(8);
                Marshal.FreeCoTaskMem(h);
                nint s = Marshal.StringToBSTR("a");
                Marshal.FreeBSTR(s);
            }
        }
        """);

    [Fact]
    public Task The_users_own_P_Invoke_is_found_beside_the_allocator() => FixTest<RightDeallocatorFix>.Run(Id,
        """
        unsafe class C
        {
            void M()
            {
                nint p = Heap.Grab(8);
                [|Marshal.FreeHGlobal(p)|];
            }
        }

        static unsafe class Heap
        {
            [DllImport("libc", EntryPoint = "malloc")] public static extern nint Grab(nuint size);
            [DllImport("libc", EntryPoint = "free")] public static extern void Drop(void* block);
        }
        """,
        """
        unsafe class C
        {
            void M()
            {
                nint p = Heap.Grab(8);
                Heap.Drop((void*)p);
            }
        }

        static unsafe class Heap
        {
            [DllImport("libc", EntryPoint = "malloc")] public static extern nint Grab(nuint size);
            [DllImport("libc", EntryPoint = "free")] public static extern void Drop(void* block);
        }
        """);

    /// <summary>Each lacks something that the right call needs: a length, an unsafe context, a P/Invoke, a single family, an alignment.</summary>
    [Theory]
    [InlineData("unsafe { void* p = Libc.mmap(null, 4096, 3, 0x22, -1, 0); {|FLT1006:NativeMemory.Free(p)|}; }")]
    [InlineData("nint p; unsafe { p = (nint)NativeMemory.AlignedAlloc(64, 64); } {|FLT1006:Marshal.FreeHGlobal(p)|};")]
    [InlineData("nint p = Libc.malloc(8); {|FLT1006:Marshal.FreeHGlobal(p)|};")]
    [InlineData("nint p = flag ? Marshal.AllocHGlobal(8) : Marshal.AllocCoTaskMem(8); {|FLT1006:Marshal.FreeBSTR(p)|};")]
    [InlineData("unsafe { void* p = NativeMemory.AlignedAlloc(64, 64); p = {|FLT1006:NativeMemory.Realloc(p, 128)|}; }")]
    public Task No_fix_is_offered_that_could_not_be_written(string body)
    {
        string source =
            $$"""
            class C
            {
                void M(bool flag) { {{body}} }
            }

            static class Libc
            {
                [DllImport("libc")] public static extern nint malloc(nuint size);
                [DllImport("libc")] public static extern unsafe void* mmap(void* address, nuint length, int protection, int flags, int file, nint offset);
            }
            """;
        return FixTest<RightDeallocatorFix>.Run(Id, source, source);
    }
}
