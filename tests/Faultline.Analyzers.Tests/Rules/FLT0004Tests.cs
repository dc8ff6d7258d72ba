using Faultline.Analyzers.Tests.Support;

namespace Faultline.Analyzers.Tests.Rules;

/// <summary>FLT0004, an allocation that could be made before the loop.</summary>
public class FLT0004Tests
{
    private const string Id = "FLT0004";

    /// <summary>Shape F: "alloc/free pair invariant in loop".</summary>
    [Theory]
    [InlineData("void* p = [|NativeMemory.Alloc(64)|]; NativeMemory.Free(p);")]
    [InlineData("void* p = [|NativeMemory.Alloc((nuint)n, sizeof(int))|]; try { Use(p); } finally { NativeMemory.Free(p); }")]
    [InlineData("nint p = [|Marshal.AllocHGlobal(Marshal.SizeOf<S>() * items.Length)|]; Marshal.FreeHGlobal(p);")]
    [InlineData("float* p = (float*)[|NativeMemory.AlignedAlloc(_size, 64)|]; NativeMemory.AlignedFree(p);")]
    [InlineData("void* p = [|NativeMemory.Alloc((nuint)outside)|]; NativeMemory.Free(p);")]
    [InlineData("for (int j = 0; j < x; j++) { void* p = [|NativeMemory.Alloc((nuint)x)|]; NativeMemory.Free(p); }")] // out of the inner loop
    public Task Diagnostics(string body) => RuleTest.Verify(Id, Method(body));

    [Theory]
    [InlineData("void* p = NativeMemory.Alloc((nuint)x); NativeMemory.Free(p);")] // another size in each pass
    [InlineData("void* p = NativeMemory.Alloc((nuint)changing); changing++; NativeMemory.Free(p);")]
    [InlineData("void* p = NativeMemory.Alloc((nuint)_field); NativeMemory.Free(p);")]
    [InlineData("void* p = NativeMemory.Alloc((nuint)Size()); NativeMemory.Free(p);")]
    [InlineData("void* p = NativeMemory.Alloc((nuint)captured); grow(); NativeMemory.Free(p);")]
    [InlineData("void* p = NativeMemory.AllocZeroed(64); NativeMemory.Free(p);")]
    [InlineData("nint p = Marshal.StringToHGlobalUni(\"a\"); Marshal.FreeHGlobal(p);")]
    [InlineData("void* p = NativeMemory.Alloc(1 << 20); NativeMemory.Free(p);")] // FLT0003
    [InlineData("void* p = NativeMemory.Alloc(64); p = NativeMemory.Realloc(p, (nuint)x); NativeMemory.Free(p);")]
    [InlineData("void* p = NativeMemory.Alloc(64); list.Add((nint)p);")]
    public Task Valid(string body) => RuleTest.Verify(Id, Method(body));

    [Theory]
    [InlineData("64", "'NativeMemory.Alloc' asks for 64 bytes in each pass of a loop and frees them again: one block before the loop does for all passes and saves a malloc and a free in each")]
    [InlineData("(nuint)n", "'NativeMemory.Alloc' asks for the same number of bytes in each pass of a loop and frees them again: one block before the loop does for all passes and saves a malloc and a free in each; above 131,048 bytes glibc on Linux may map it, and every page of it faults again")]
    public void Messages(string size, string expected)
        => Assert.Equal(expected, Inspect.Source($"unsafe class C {{ void M(int n) {{ while (true) {{ void* p = NativeMemory.Alloc({size}); NativeMemory.Free(p); }} }} }}", Id).Single().GetMessage());

    private static string Method(string body) =>
        $$"""
        unsafe class C
        {
            struct S { public long A; }
            readonly nuint _size = 64;
            int _field;
            static void Use(void* p) { }
            static int Size() => 3;

            void M(int n, int[] items, List<nint> list)
            {
                int outside = n * 2;
                int changing = n;
                int captured = n;
                Action grow = () => captured++;
                foreach (int x in items)
                {
                    {{body}}
                }
            }
        }
        """;
}
