using Faultline.Analyzers.Tests.Support;

namespace Faultline.Analyzers.Tests.Shapes;

/// <summary>B. Exceptions: the shapes by name, and what must be said about each.</summary>
public class ExceptionShapes
{
    [Theory]
    [InlineData("may-throw user call between alloc and free with no finally", "FLT1003", "void M(Stream s, byte[] b) { nint p = Marshal.AllocHGlobal(8); int n = s.Read(b, 0, 8); Marshal.Copy(b, 0, p, n); Marshal.FreeHGlobal(p); }")]
    [InlineData("source callee that throws between", "FLT1003", "void M(int n) { nint p = Marshal.AllocHGlobal(8); Check(n); Marshal.FreeHGlobal(p); } static void Check(int n) { if (n < 0) throw new ArgumentException(); }")]
    [InlineData("second alloc before the try", "FLT1003", "void M(int n) { nint p = Marshal.AllocHGlobal(8); nint q = Marshal.AllocHGlobal(n); try { Native.fill(p, n); } finally { Marshal.FreeHGlobal(q); Marshal.FreeHGlobal(p); } }")]
    [InlineData("free only in catch, success path leaks", "FLT1002", "int M(Stream s) { nint p = Marshal.AllocHGlobal(8); try { s.Flush(); return Marshal.ReadInt32(p); } catch { Marshal.FreeHGlobal(p); throw; } }")]
    [InlineData("free in catch without rethrow, then freed after", "FLT1004", "void M(Stream s) { nint p = Marshal.AllocHGlobal(8); try { s.Flush(); } catch (Exception) { Marshal.FreeHGlobal(p); } Marshal.FreeHGlobal(p); }")]
    [InlineData("free in catch without rethrow, then used after", "FLT1005 FLT1004", "int M(Stream s) { int* p = (int*)NativeMemory.Alloc(8); try { s.Flush(); } catch (Exception) { NativeMemory.Free(p); } int r = *p; return r + Keep(p); } int Keep(int* p) { NativeMemory.Free(p); return 0; }")]
    [InlineData("return inside try whose finally frees the returned pointer", "FLT1005", "nint M() { nint p = Marshal.AllocHGlobal(8); try { return p; } finally { Marshal.FreeHGlobal(p); } }")]
    [InlineData("caught and swallowed before the free", "FLT1003", "void M(Stream s) { try { nint p = Marshal.AllocHGlobal(8); s.Flush(); Marshal.FreeHGlobal(p); } catch (IOException) { } }")]
    [InlineData("await in between", "FLT1003", "static class A { public static async Task M(Stream s) { nint p = Marshal.AllocHGlobal(8); await s.FlushAsync(); Marshal.FreeHGlobal(p); } }")]
    [InlineData("using in between does not free it", "FLT1003", "void M() { nint p = Marshal.AllocHGlobal(8); using (MemoryStream s = new()) { s.WriteByte(1); } Marshal.FreeHGlobal(p); }")]
    public void Warn(string shape, string expected, string members)
    {
        if (members.StartsWith("static class"))
            members = "---" + members;
        Assert.Equal((shape, expected), (shape, string.Join(" ", Owned.Of(members).Split(' ').Distinct())));
    }

    [Theory]
    [InlineData("alloc then immediately try", "void M(Stream s) { nint p = Marshal.AllocHGlobal(8); try { s.Flush(); } finally { Marshal.FreeHGlobal(p); } }")]
    [InlineData("only non-throwing ops between", "int M(int[] a) { int* p = (int*)NativeMemory.Alloc(8); for (int i = 0; i < 2; i++) p[i] = a[i] + 1; int r = p[0] * 2; Native.fill((nint)p, 8); NativeMemory.Free(p); return r; }")]
    [InlineData("non-throwing ops between: borrowed only", "int M() { int* p = (int*)NativeMemory.Alloc(8); p[0] = 1; NativeMemory.Clear(p, 8); int r = Math.Max(p[0], 3) + Marshal.ReadInt32((nint)p); NativeMemory.Free(p); return r; }")]
    [InlineData("free in catch and rethrow, transfer on success", "nint M(Stream s) { nint p = Marshal.AllocHGlobal(8); try { s.Flush(); return p; } catch { Marshal.FreeHGlobal(p); throw; } }")]
    [InlineData("free in finally guarded by null check, pointer nulled on transfer", "nint _kept; void M(Stream s) { nint p = 0; try { p = Marshal.AllocHGlobal(8); s.Flush(); _kept = p; p = 0; } finally { if (p != 0) Marshal.FreeHGlobal(p); } } void Free() { Marshal.FreeHGlobal(_kept); _kept = 0; }")]
    [InlineData("success flag", "nint M(Stream s) { nint p = Marshal.AllocHGlobal(8); bool ok = false; try { s.Flush(); ok = true; return p; } finally { if (!ok) Marshal.FreeHGlobal(p); } }")]
    [InlineData("two allocations, both in the try", "void M(Stream s) { nint p = 0, q = 0; try { p = Marshal.AllocHGlobal(8); q = Marshal.AllocHGlobal(8); s.Flush(); } finally { Marshal.FreeHGlobal(q); Marshal.FreeHGlobal(p); } }")]
    [InlineData("nested try finally", "void M(Stream s) { nint p = Marshal.AllocHGlobal(8); try { nint q = Marshal.AllocHGlobal(8); try { s.Flush(); } finally { Marshal.FreeHGlobal(q); } } finally { Marshal.FreeHGlobal(p); } }")]
    [InlineData("catch frees and returns", "int M(Stream s) { nint p = Marshal.AllocHGlobal(8); try { s.Flush(); } catch { Marshal.FreeHGlobal(p); return -1; } Marshal.FreeHGlobal(p); return 0; }")]
    [InlineData("return out of a try finally", "int M(Stream s, bool b) { nint p = Marshal.AllocHGlobal(8); try { if (b) return 1; s.Flush(); return 2; } finally { Marshal.FreeHGlobal(p); } }")]
    [InlineData("source callee that cannot throw", "int M() { int* p = (int*)NativeMemory.Alloc(8); *p = Twice(3); int r = *p; NativeMemory.Free(p); return r; } static int Twice(int n) => n * 2;")]
    [InlineData("await inside try finally", "--- static class A { public static async Task M(Stream s) { nint p = Marshal.AllocHGlobal(8); try { await s.FlushAsync(); } finally { Marshal.FreeHGlobal(p); } } }")]
    [InlineData("retry loop", "void M(Stream s) { for (int i = 0; i < 3; i++) { nint p = Marshal.AllocHGlobal(8); try { s.Flush(); break; } catch (IOException) when (i < 2) { } finally { Marshal.FreeHGlobal(p); } } }")]
    public void Quiet(string shape, string members) => Assert.Equal((shape, Owned.Quiet), (shape, Owned.Of(members)));
}
