using Faultline.Analyzers.Tests.Support;

namespace Faultline.Analyzers.Tests.Rules;

/// <summary>FLT0005, a small block that could be on the stack.</summary>
public class FLT0005Tests
{
    private const string Id = "FLT0005";

    /// <summary>Shape F: "tiny constant alloc freed in the same method, not in loop, not address-escaping".</summary>
    [Theory]
    [InlineData("byte* p = (byte*)[|NativeMemory.Alloc(64)|]; p[0] = 1; NativeMemory.Free(p);")]
    [InlineData("S* p = (S*)[|NativeMemory.Alloc((nuint)sizeof(S))|]; p->A = 1; Native(p); NativeMemory.Free(p);")]
    [InlineData("nint p = [|Marshal.AllocHGlobal(1024)|]; try { Marshal.WriteInt32(p, 1); } finally { if (p != 0) Marshal.FreeHGlobal(p); }")]
    [InlineData("nint block = [|Marshal.AllocHGlobal(100)|]; int* p = (int*)block; p[3] = 1; Marshal.FreeHGlobal(block);")]
    [InlineData("void* p = [|NativeMemory.AllocZeroed(64)|]; Managed(p); NativeMemory.Free(p);")]
    [InlineData("byte* p = (byte*)[|NativeMemory.Alloc(64)|]; try { Managed(p); return; } finally { NativeMemory.Free(p); }")]
    [InlineData("if (n > 3) { void* p = [|NativeMemory.Alloc(8)|]; NativeMemory.Free(p); }")]
    [InlineData("byte* p = (byte*)[|NativeMemory.Alloc(64)|]; for (int i = 0; i < n; i++) p[i] = 1; NativeMemory.Free(p);")]
    public Task Diagnostics(string body) => RuleTest.Verify(Id, Method(body));

    [Theory]
    [InlineData("void* p = NativeMemory.Alloc(1025); NativeMemory.Free(p);")]
    [InlineData("void* p = NativeMemory.Alloc((nuint)n); NativeMemory.Free(p);")]
    [InlineData("void* p = NativeMemory.Alloc(b); NativeMemory.Free(p);")] // bounded, but not one size
    [InlineData("void* p = NativeMemory.Alloc(64); s_kept = (nint)p; NativeMemory.Free(p);")]
    [InlineData("void* p = NativeMemory.Alloc(64); pointers[0] = (nint)p; NativeMemory.Free(p);")]
    [InlineData("void* p = NativeMemory.Alloc(64); new Owner((nint)p); NativeMemory.Free(p);")]
    [InlineData("void* p = NativeMemory.Alloc(64); if (n > 3) NativeMemory.Free(p);")]
    [InlineData("void* p = NativeMemory.Alloc(64); if (TryTake(p)) return; NativeMemory.Free(p);")] // taken over
    [InlineData("void* p = NativeMemory.Alloc(64); p = NativeMemory.Realloc(p, 128); NativeMemory.Free(p);")]
    [InlineData("void* p = NativeMemory.AlignedAlloc(64, 64); NativeMemory.AlignedFree(p);")]
    [InlineData("again: void* p = NativeMemory.Alloc(64); NativeMemory.Free(p); if (n-- > 0) goto again;")]
    public Task Valid(string body) => RuleTest.Verify(Id, Method(body));

    /// <summary>Shape F: "same with await/lambda/iterator/loop".</summary>
    [Theory]
    [InlineData("void M() { while (true) { void* p = NativeMemory.Alloc(64); NativeMemory.Free(p); } }")]
    [InlineData("void M() { Action a = () => { void* p = NativeMemory.Alloc(64); NativeMemory.Free(p); }; }")]
    [InlineData("void M() { nint p = Marshal.AllocHGlobal(64); Action a = () => Marshal.WriteByte(p, 1); a(); Marshal.FreeHGlobal(p); }")]
    [InlineData("IEnumerable<int> M() { nint p = Marshal.AllocHGlobal(64); yield return Marshal.ReadInt32(p); Marshal.FreeHGlobal(p); }")]
    public Task Valid_shape_F_loop_lambda_iterator(string member) => RuleTest.Verify(Id, $"unsafe class C {{ {member} }}");

    [Fact]
    public Task Valid_shape_F_await() => RuleTest.Verify(Id,
        "class C { async Task M() { nint p = Marshal.AllocHGlobal(64); await Task.Yield(); Marshal.FreeHGlobal(p); } }");

    [Fact]
    public void Message()
        => Assert.Equal(
            "'NativeMemory.Alloc' takes 100 bytes from the heap, a chunk of 112 bytes, and the same method frees them: stackalloc takes them from the stack, which is resident, without malloc and free",
            Inspect.Source("unsafe class C { void M() { void* p = NativeMemory.Alloc(100); NativeMemory.Free(p); } }", Id).Single().GetMessage());

    private static string Method(string body) =>
        $$"""
        unsafe class C
        {
            struct S { public long A; }
            class Owner(nint p) : IDisposable { public void Dispose() => Marshal.FreeHGlobal(p); }
            static nint s_kept;
            [DllImport("native")] static extern void Native(S* p);
            static void Managed(void* p) { }
            static bool TryTake(void* p) => true;

            void M(int n, byte b, nint[] pointers)
            {
                {{body}}
            }
        }
        """;
}
