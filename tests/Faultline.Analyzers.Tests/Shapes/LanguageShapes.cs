using Faultline.Analyzers.Tests.Support;

namespace Faultline.Analyzers.Tests.Shapes;

/// <summary>E. C#'s own control flow: the shapes by name, and what must be said about each.</summary>
public class LanguageShapes
{
    private const string Owner = " --- sealed class Owner(nint p) : IDisposable, IAsyncDisposable { nint _p = p; public void Dispose() { Marshal.FreeHGlobal(_p); _p = 0; } public ValueTask DisposeAsync() { Dispose(); return default; } }";

    [Theory]
    [InlineData("iterator freeing only after the last yield", "FLT1003", "IEnumerable<int> M() { nint p = Marshal.AllocHGlobal(8); yield return 1; Marshal.FreeHGlobal(p); }")]
    [InlineData("free of the field just exchanged to zero", "FLT1008", "nint _p; void M() { _p = Marshal.AllocHGlobal(8); } void Free() { System.Threading.Interlocked.Exchange(ref _p, 0); Marshal.FreeHGlobal(_p); }")]
    [InlineData("Dispose frees without guard or nulling and is callable twice", "FLT1004", "--- sealed class D : IDisposable { nint _p = Marshal.AllocHGlobal(8); public void Dispose() => Marshal.FreeHGlobal(_p); }")]
    [InlineData("Dispose with a null check but no nulling", "FLT1004", "--- sealed class D : IDisposable { nint _p = Marshal.AllocHGlobal(8); public void Dispose() { if (_p != 0) Marshal.FreeHGlobal(_p); } }")]
    [InlineData("Dispose(bool) without guard", "FLT1004", "--- class D : IDisposable { nint _p = Marshal.AllocHGlobal(8); public void Dispose() { Dispose(true); GC.SuppressFinalize(this); } protected virtual void Dispose(bool d) { Marshal.FreeHGlobal(_p); } ~D() => Dispose(false); }")]
    [InlineData("same field freed twice in one method", "FLT1004", "nint _a, _b; void Free() { Marshal.FreeHGlobal(_a); Marshal.FreeHGlobal(_a); } void M() { _b = _a; }")]
    [InlineData("field of this object used after it was freed", "FLT1005", "byte* _p; int M() { NativeMemory.Free(_p); return _p[0]; }")]
    [InlineData("field overwritten while it holds the only pointer", "FLT1008", "nint _p; void M() { _p = Marshal.AllocHGlobal(8); _p = Marshal.AllocHGlobal(16); } void Free() => Marshal.FreeHGlobal(_p);")]
    [InlineData("lambda leaks its own", "FLT1001", "Action M() => () => { nint p = Marshal.AllocHGlobal(8); Marshal.WriteByte(p, 1); };")]
    [InlineData("local function leaks its own", "FLT1001", "void M() { F(); static void F() { nint p = Marshal.AllocHGlobal(8); Marshal.WriteByte(p, 1); } }")]
    [InlineData("property accessor leaks", "FLT1001", "int P { get { nint p = Marshal.AllocHGlobal(8); return Marshal.ReadInt32(p); } }")]
    [InlineData("switch expression leaks one arm", "FLT1001", "void M(int n) { nint p = n switch { 0 => 0, 1 => Marshal.AllocHGlobal(8), _ => Marshal.AllocHGlobal(16) }; if (n != 1) Marshal.FreeHGlobal(p); }")]
    public void Warn(string shape, string expected, string members) => Assert.Equal((shape, expected), (shape, Owned.Of(members)));

    [Theory]
    [InlineData("using wrapper owning it", "void M() { using (new Owner(Marshal.AllocHGlobal(8))) { } }" + Owner)]
    [InlineData("using var wrapper owning it", "void M(Stream s) { using var o = new Owner(Marshal.AllocHGlobal(8)); s.Flush(); }" + Owner)]
    [InlineData("await using wrapper owning it", "--- static class A { public static async Task M(Stream s) { await using var o = new Owner(Marshal.AllocHGlobal(8)); await s.FlushAsync(); } }" + " sealed class Owner(nint p) : IAsyncDisposable { nint _p = p; public ValueTask DisposeAsync() { Marshal.FreeHGlobal(_p); _p = 0; return default; } }")]
    [InlineData("iterator with try/finally", "IEnumerable<int> M() { nint p = Marshal.AllocHGlobal(8); try { yield return 1; } finally { Marshal.FreeHGlobal(p); } }")]
    [InlineData("field freed in Dispose(bool)", "--- class D : IDisposable { nint _p = Marshal.AllocHGlobal(8); bool _done; public void Dispose() { Dispose(true); GC.SuppressFinalize(this); } protected virtual void Dispose(bool d) { if (_done) return; _done = true; Marshal.FreeHGlobal(_p); } ~D() => Dispose(false); }")]
    [InlineData("field freed in the finalizer", "--- class D { readonly nint _p = Marshal.AllocHGlobal(8); ~D() => Marshal.FreeHGlobal(_p); }")]
    [InlineData("field freed in ReleaseHandle", "--- class H : SafeHandle { nint _p = Marshal.AllocHGlobal(8); public H() : base(0, true) { } public override bool IsInvalid => false; protected override bool ReleaseHandle() { Marshal.FreeHGlobal(_p); return true; } }")]
    [InlineData("field freed in another part of a partial class", "--- partial class P { nint _p = Marshal.AllocHGlobal(8); } partial class P : IDisposable { public void Dispose() { Marshal.FreeHGlobal(_p); _p = 0; } }")]
    [InlineData("field freed by the base class", "--- class B : IDisposable { protected nint P; public virtual void Dispose() { Marshal.FreeHGlobal(P); P = 0; } } class D : B { public D() => P = Marshal.AllocHGlobal(8); }")]
    [InlineData("field freed via Interlocked.Exchange and a local", "--- sealed class D : IDisposable { nint _p = Marshal.AllocHGlobal(8); public void Dispose() { nint p = System.Threading.Interlocked.Exchange(ref _p, 0); if (p != 0) Marshal.FreeHGlobal(p); } }")]
    [InlineData("field freed via Interlocked.Exchange directly", "--- sealed class D : IDisposable { nint _p = Marshal.AllocHGlobal(8); public void Dispose() => Marshal.FreeHGlobal(System.Threading.Interlocked.Exchange(ref _p, 0)); }")]
    [InlineData("Dispose with guard by a flag", "--- sealed class D : IDisposable { readonly nint _p = Marshal.AllocHGlobal(8); bool _done; public void Dispose() { if (_done) return; Marshal.FreeHGlobal(_p); _done = true; } }")]
    [InlineData("Dispose with an exchanged flag", "--- sealed class D : IDisposable { readonly nint _p = Marshal.AllocHGlobal(8); int _done; public void Dispose() { if (System.Threading.Interlocked.Exchange(ref _done, 1) != 0) return; Marshal.FreeHGlobal(_p); } }")]
    [InlineData("Dispose with nulling", "--- sealed unsafe class D : IDisposable { byte* _p = (byte*)NativeMemory.Alloc(8); public void Dispose() { if (_p == null) return; NativeMemory.Free(_p); _p = null; } }")]
    [InlineData("Dispose() guards for Dispose(bool)", "--- class D : IDisposable { nint _p = Marshal.AllocHGlobal(8); bool _done; public void Dispose() { if (_done) return; _done = true; Dispose(true); GC.SuppressFinalize(this); } protected virtual void Dispose(bool d) => Marshal.FreeHGlobal(_p); }")]
    [InlineData("Dispose guarded by what cannot be seen", "--- sealed class D : IDisposable { nint _p = Marshal.AllocHGlobal(8); public void Dispose() { if (Enter()) Marshal.FreeHGlobal(_p); } static bool Enter() => Environment.TickCount > 3; }")]
    [InlineData("two fields freed in one method", "nint _a, _b; void M() { _a = Marshal.AllocHGlobal(8); _b = Marshal.AllocHGlobal(8); } void Free() { Marshal.FreeHGlobal(_a); Marshal.FreeHGlobal(_b); }")]
    [InlineData("generic T* helpers", "static T* Make<T>(int n) where T : unmanaged => (T*)NativeMemory.Alloc((nuint)n, (nuint)sizeof(T)); static void Drop<T>(T* p) where T : unmanaged => NativeMemory.Free(p); void M() { int* p = Make<int>(8); p[0] = 1; Drop(p); }")]
    [InlineData("nuint arithmetic", "void M() { nuint p = (nuint)NativeMemory.Alloc(64); nuint q = p + 8; *(byte*)q = 1; NativeMemory.Free((void*)(q - 8)); }")]
    [InlineData("function-pointer free", "void M() { void* p = NativeMemory.Alloc(8); delegate*<void*, void> free = &NativeMemory.Free; free(p); }")]
    [InlineData("nested conditional access", "int? M(Box b) { nint p = Marshal.AllocHGlobal(8); int? n = b?.Inner?.N; Marshal.FreeHGlobal(p); return n; } --- class Box { public Box Inner; public int N; }")]
    [InlineData("switch expression, all arms freed", "void M(int n) { nint p = n switch { 0 => 0, 1 => Marshal.AllocHGlobal(8), _ => Marshal.AllocHGlobal(16) }; if (p != 0) Marshal.FreeHGlobal(p); }")]
    [InlineData("coalescing", "void M(nint? given) { nint p = given ?? Marshal.AllocHGlobal(8); if (given == null) Marshal.FreeHGlobal(p); }")]
    [InlineData("local function frees in all ways out", "int M(Stream s) { nint p = Marshal.AllocHGlobal(8); int R(int r) { Marshal.FreeHGlobal(p); return r; } if (s == null) return R(1); return R(0); }")]
    [InlineData("deconstruction", "void M() { (nint p, nint q) = (Native.malloc(8), Native.malloc(8)); Native.free(p); Native.free(q); }")]
    [InlineData("lock", "void M(object o) { nint p = Marshal.AllocHGlobal(8); lock (o) { Marshal.WriteByte(p, 1); } Marshal.FreeHGlobal(p); }")]
    [InlineData("readonly field nulled through Unsafe.AsRef", "--- readonly struct D : IDisposable { readonly nint _p; public D(int n) => _p = Marshal.AllocHGlobal(n); public void Dispose() { Marshal.FreeHGlobal(_p); Unsafe.AsRef(in _p) = 0; } }")]
    [InlineData("field nulled through a reference", "nint _p; void M() { ref nint r = ref _p; Marshal.FreeHGlobal(_p); r = 0; Marshal.FreeHGlobal(_p); }")]
    public void Quiet(string shape, string members) => Assert.Equal((shape, Owned.Quiet), (shape, Owned.Of(members)));

    /// <summary>What is alive when the program's first method ends, the end of the process frees; what its loops lose is lost.</summary>
    [Theory]
    [InlineData("nint p = Marshal.AllocHGlobal(8); Marshal.WriteByte(p, 1);", "quiet")]
    [InlineData("for (int i = 0; i < 3; i++) { nint p = Marshal.AllocHGlobal(8); Marshal.WriteByte(p, 1); }", "FLT1001")]
    [InlineData("Marshal.AllocHGlobal(8);", "FLT1008")]
    [InlineData("F(); static void F() { nint p = Marshal.AllocHGlobal(8); Marshal.WriteByte(p, 1); }", "FLT1001")]
    public void Top_level_statements(string statements, string expected) => Assert.Equal(expected, Owned.OfProgram(statements));
}
