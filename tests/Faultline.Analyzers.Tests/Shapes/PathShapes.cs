using Faultline.Analyzers.Tests.Support;

namespace Faultline.Analyzers.Tests.Shapes;

/// <summary>A. Straight lines and paths: the shapes by name, and what must be said about each.</summary>
public class PathShapes
{
    [Theory]
    [InlineData("alloc never freed, method end", "FLT1001", "void M() { void* p = NativeMemory.Alloc(8); *(int*)p = 1; }")]
    [InlineData("leak on one early return", "FLT1002", "void M(bool b) { nint p = Marshal.AllocHGlobal(8); if (b) return; Marshal.FreeHGlobal(p); }")]
    [InlineData("leak on throw before free", "FLT1002", "void M(bool b) { nint p = Marshal.AllocHGlobal(8); if (b) throw new Exception(); Marshal.FreeHGlobal(p); }")]
    [InlineData("overwrite of the only pointer by a second alloc", "FLT1008", "void M() { void* p = NativeMemory.Alloc(8); p = NativeMemory.Alloc(16); NativeMemory.Free(p); }")]
    [InlineData("overwrite by IntPtr.Zero before free", "FLT1008", "void M() { nint p = Marshal.AllocHGlobal(8); p = IntPtr.Zero; Marshal.FreeHGlobal(p); }")]
    [InlineData("overwrite by null before free", "FLT1008", "void M() { void* p = NativeMemory.Alloc(8); p = null; NativeMemory.Free(p); }")]
    [InlineData("discarded result", "FLT1008", "void M() { NativeMemory.Alloc(8); }")]
    [InlineData("discarded by _", "FLT1008", "void M() { _ = Marshal.AllocHGlobal(8); }")]
    [InlineData("nested call leaks inner", "FLT1008", "nint M(string s) => Marshal.StringToHGlobalAnsi(Marshal.PtrToStringAnsi(Marshal.StringToHGlobalAnsi(s)));")]
    [InlineData("overwritten in a loop", "FLT1008", "void M(int n) { nint p = 0; for (int i = 0; i < n; i++) p = Marshal.AllocHGlobal(8); Marshal.FreeHGlobal(p); }")]
    [InlineData("leaked by each pass of a loop", "FLT1001", "void M(int n) { for (int i = 0; i < n; i++) { byte* p = (byte*)NativeMemory.Alloc(8); p[0] = 1; } }")]
    [InlineData("continue past the free", "FLT1002", "void M(int n) { for (int i = 0; i < n; i++) { nint p = Marshal.AllocHGlobal(8); if (i == 3) continue; Marshal.FreeHGlobal(p); } }")]
    [InlineData("break past the free", "FLT1002", "void M(int n) { for (int i = 0; i < n; i++) { nint p = Marshal.AllocHGlobal(8); if (i == 3) break; Marshal.FreeHGlobal(p); } }")]
    [InlineData("one arm of a switch forgets", "FLT1002", "void M(int n) { nint p = Marshal.AllocHGlobal(8); switch (n) { case 1: Marshal.FreeHGlobal(p); break; case 2: break; default: Marshal.FreeHGlobal(p); break; } }")]
    [InlineData("leak before the loop that hands it on", "FLT1002", "int*[] M(int n, bool b) { int* p = (int*)NativeMemory.Alloc((nuint)n, 4); int*[] all = new int*[n]; if (b) return all; for (int i = 0; i < n; i++) all[i] = &p[i]; return all; }")]
    [InlineData("leak behind a loop that hands it on under a condition", "FLT1002", "int*[] M(int n, bool b) { int* p = (int*)NativeMemory.Alloc((nuint)n, 4); int*[] all = new int*[n]; for (int i = 0; i < n; i++) if (b) all[i] = &p[i]; return all; }")]
    public void Warn(string shape, string expected, string members) => Assert.Equal((shape, expected), (shape, Owned.Of(members)));

    [Theory]
    [InlineData("free then null then free", "void M() { void* p = NativeMemory.Alloc(8); NativeMemory.Free(p); p = null; NativeMemory.Free(p); }")]
    [InlineData("alloc, null check, free on both branches", "void M() { nint p = Native.malloc(8); if (p == 0) { Native.free(p); return; } Native.free(p); }")]
    [InlineData("alloc, null check, free where it is not null", "void M() { nint p = Native.malloc(8); if (p != 0) Native.free(p); }")]
    [InlineData("alloc, return if null", "int M() { nint p = Native.malloc(8); if (p is 0) return -1; Native.free(p); return 0; }")]
    [InlineData("all arms free or return it", "nint M(int n) { nint p = Marshal.AllocHGlobal(8); switch (n) { case 1: return p; case 2: Marshal.FreeHGlobal(p); return 0; default: Marshal.FreeHGlobal(p); break; } return 1; }")]
    [InlineData("unreachable code after throw", "object M() { nint p = Marshal.AllocHGlobal(8); Marshal.FreeHGlobal(p); throw new Exception(); return new Holder(p); } --- class Holder(nint p) { public nint P = p; }")]
    [InlineData("Environment.FailFast", "void M(bool b) { nint p = Marshal.AllocHGlobal(8); if (b) Environment.FailFast(\"no\"); Marshal.FreeHGlobal(p); }")]
    [InlineData("Environment.Exit", "void M(bool b) { nint p = Marshal.AllocHGlobal(8); if (b) Environment.Exit(1); Marshal.FreeHGlobal(p); }")]
    [InlineData("DoesNotReturn", "void M(bool b) { nint p = Marshal.AllocHGlobal(8); if (b) Fail(); Marshal.FreeHGlobal(p); } [System.Diagnostics.CodeAnalysis.DoesNotReturn] static void Fail() => throw new Exception();")]
    [InlineData("Debug.Fail", "void M(bool b) { nint p = Marshal.AllocHGlobal(8); if (b) System.Diagnostics.Debug.Fail(\"no\"); Marshal.FreeHGlobal(p); }")]
    [InlineData("correlated flag", "void M(int n) { bool owns = n > 128; byte* p; byte* s = stackalloc byte[128]; if (owns) p = (byte*)NativeMemory.Alloc((nuint)n); else p = s; p[0] = 1; if (owns) NativeMemory.Free(p); }")]
    [InlineData("correlated condition", "void M(int n) { byte* s = stackalloc byte[128]; byte* p = n > 128 ? (byte*)NativeMemory.Alloc((nuint)n) : s; p[0] = 1; if (n > 128) NativeMemory.Free(p); }")]
    [InlineData("flag set beside the allocation", "void M(int n) { bool owns = false; byte* s = stackalloc byte[128]; byte* p = s; if (n > 128) { p = (byte*)NativeMemory.Alloc((nuint)n); owns = true; } p[0] = 1; if (owns) NativeMemory.Free(p); }")]
    [InlineData("if (p != stackBuf) Free(p)", "void M(int n) { byte* s = stackalloc byte[128]; byte* p = n > 128 ? (byte*)NativeMemory.Alloc((nuint)n) : s; p[0] = 1; if (p != s) NativeMemory.Free(p); }")]
    [InlineData("separate pointer that stays null", "void M(int n) { byte* s = stackalloc byte[128]; byte* rented = null; byte* p = n > 128 ? rented = (byte*)NativeMemory.Alloc((nuint)n) : s; p[0] = 1; if (rented != null) NativeMemory.Free(rented); }")]
    [InlineData("goto cleanup with null-initialised pointers", "int M() { nint a = 0, b = 0; int r = -1; a = Native.malloc(8); if (a == 0) goto done; b = Native.malloc(8); if (b == 0) goto done; r = 0; done: if (b != 0) Native.free(b); Native.free(a); return r; }")]
    [InlineData("freed in the loop that allocates", "void M(int n) { for (int i = 0; i < n; i++) { nint p = Marshal.AllocHGlobal(8); if (i == 3) { Marshal.FreeHGlobal(p); continue; } Marshal.FreeHGlobal(p); } }")]
    [InlineData("grown until it fits", "void M() { int n = 64; nint p = Marshal.AllocHGlobal(n); while (Native.query(p, ref n) != 0) { Marshal.FreeHGlobal(p); p = Marshal.AllocHGlobal(n); } Marshal.FreeHGlobal(p); }")]
    [InlineData("null string", "void M(string s) { nint p = s == null ? 0 : Marshal.StringToHGlobalAnsi(s); if (p != 0) Marshal.FreeHGlobal(p); }")]
    [InlineData("platform asked twice", "void M() { nint p = OperatingSystem.IsWindows() ? Marshal.AllocCoTaskMem(8) : 0; if (OperatingSystem.IsWindows()) Marshal.FreeCoTaskMem(p); }")]
    [InlineData("handed on in each pass of a loop that may not run", "int*[] M(int n) { int* p = (int*)NativeMemory.Alloc((nuint)n, 4); int*[] all = new int*[n]; for (int i = 0; i < n; i++) all[i] = &p[i]; return all; }")]
    [InlineData("null or MAP_FAILED in one pattern", "[DllImport(\"libc\")] static extern nint mmap(nint a, nuint n, int p, int f, int d, nint o); nint M() { nint p = mmap(0, 4096, 3, 34, -1, 0); if (p is 0 or -1) return 0; return p; }")]
    [InlineData("MAP_FAILED of either width", "[DllImport(\"libc\")] static extern IntPtr mmap(IntPtr a, IntPtr n, int p, int f, int d, IntPtr o); IntPtr M() { IntPtr p = mmap(IntPtr.Zero, new IntPtr(4096), 3, 34, -1, IntPtr.Zero); if (p.ToInt64() == -1 || (ulong)p.ToInt64() == 0xffffffff) throw new Exception(); return p; }")]
    [InlineData("returned by another name after a finally that frees unless it is so named", "int _length; IntPtr M(bool g) { IntPtr p = IntPtr.Zero, result = IntPtr.Zero; try { int n = (_length + 1) * 2; p = g ? Marshal.AllocHGlobal(n) : Marshal.AllocCoTaskMem(n); *(char*)p = 'a'; result = p; } finally { if (p != IntPtr.Zero && result == IntPtr.Zero) Free(p, g); } return result; } static void Free(IntPtr p, bool g) { if (g) Marshal.FreeHGlobal(p); else Marshal.FreeCoTaskMem(p); }")]
    [InlineData("neither null nor MAP_FAILED", "[DllImport(\"libc\")] static extern nint mmap(nint a, nuint n, int p, int f, int d, nint o); nint M() { nint p = mmap(0, 4096, 3, 34, -1, 0); if (p is not 0 and not -1) return p; return 0; }")]
    public void Quiet(string shape, string members) => Assert.Equal((shape, Owned.Quiet), (shape, Owned.Of(members)));
}
