using Faultline.Analyzers.Tests.Support;

namespace Faultline.Analyzers.Tests.Flow;

/// <summary>The solver on branches, loops, handlers and nested functions, seen through the size of one allocation.</summary>
public class ControlFlowTests
{
    [Theory]
    [InlineData("int size = 100; size *= 3; p = NativeMemory.Alloc((nuint)size);", "heap 300 bytes")]
    [InlineData("int size = n; size = 64; p = NativeMemory.Alloc((nuint)size);", "heap 64 bytes")]
    [InlineData("int size; if (flag) size = 10; else size = 20; p = NativeMemory.Alloc((nuint)size);", "heap 10 to 20 bytes")]
    [InlineData("int size = 10; if (flag) size = n; p = NativeMemory.Alloc((nuint)size);", Sizes.Nothing)]
    [InlineData("int a = 1, c = 2; (a, c) = (c, a); p = NativeMemory.Alloc((nuint)a);", Sizes.Nothing)]
    [InlineData("int size = 10; size += flag ? 1 : 2; p = NativeMemory.Alloc((nuint)size);", "heap 11 or 12 bytes")]
    [InlineData("int size = 10; p = NativeMemory.Alloc((nuint)(size++ + size));", "heap 21 bytes")]
    [InlineData("byte size = 250; size += 10; p = NativeMemory.Alloc(size);", "heap 4 bytes")]
    [InlineData("int size = 10; int.TryParse(text, out size); p = NativeMemory.Alloc((nuint)size);", Sizes.Nothing)]
    public void Assignments(string body, string expected) => Assert.Equal(expected, Sizes.Of(body));

    [Theory]
    [InlineData("if (n > 0 && n <= 4096) p = NativeMemory.Alloc((nuint)n);", "heap at most 4,096 bytes")]
    [InlineData("if (n < 0 || n > 4096) return null; p = NativeMemory.Alloc((nuint)n);", "heap at most 4,096 bytes")]
    [InlineData("if (n < 1_000_000) throw new Exception(); p = NativeMemory.Alloc((nuint)n);", "mmap at least 1,000,000 bytes")]
    [InlineData("if (!(z < 200_000)) p = NativeMemory.Alloc(z);", "mmap at least 200,000 bytes")]
    [InlineData("if (n is > 16 and < 64) p = NativeMemory.Alloc((nuint)n);", "heap 17 to 63 bytes")]
    [InlineData("if (n is not (8 or 16)) return null; p = NativeMemory.Alloc((nuint)n);", "heap 8 to 16 bytes")]
    [InlineData("switch (n) { case 5: p = NativeMemory.Alloc((nuint)n); break; }", Sizes.Nothing)] // the graph compares a copy of n: left out
    [InlineData("if (n == 48) p = NativeMemory.Alloc((nuint)n);", "heap 48 bytes")]
    [InlineData("if (text.Length < 100) p = NativeMemory.Alloc((nuint)text.Length * 2);", "heap at most 198 bytes")]
    [InlineData("if (span.Length <= 1000) p = NativeMemory.Alloc((nuint)span.Length, sizeof(int));", "heap at most 4,000 bytes")]
    [InlineData("if ((uint)n < 100) p = NativeMemory.Alloc((nuint)(uint)n);", Sizes.Nothing)] // narrowing through a wrapping cast is left out
    [InlineData("ArgumentOutOfRangeException.ThrowIfGreaterThan(z, (nuint)4096); p = NativeMemory.Alloc(z);", "heap at most 4,096 bytes")]
    [InlineData("ArgumentOutOfRangeException.ThrowIfLessThan(n, 200_000); p = NativeMemory.Alloc((nuint)n);", "mmap at least 200,000 bytes")]
    [InlineData("int size = n; if (size <= 10) size = 10; if (size > 20) size = 20; p = NativeMemory.Alloc((nuint)size);", "heap 10 to 20 bytes")]
    [InlineData("if (n < 10 && n > 20) p = NativeMemory.Alloc((nuint)n);", Sizes.Nothing)] // never reached
    public void Branches_narrow(string body, string expected) => Assert.Equal(expected, Sizes.Of(body));

    [Theory]
    [InlineData("for (int i = 0; i < 100; i++) p = NativeMemory.Alloc((nuint)i * 10);", "heap at most 990 bytes")]
    [InlineData("int i; for (i = 0; i < 100; i++) { } p = NativeMemory.Alloc((nuint)i);", "heap 100 bytes")]
    [InlineData("for (int i = 10; i > 0; i--) p = NativeMemory.Alloc((nuint)i);", "heap at most 10 bytes")]
    [InlineData("for (int i = 0; i < 10; i++) for (int j = i; j < 20; j++) p = NativeMemory.Alloc((nuint)(i + j));", "heap at most 28 bytes")]
    [InlineData("int size = 64; while (flag) size *= 2; p = NativeMemory.Alloc((nuint)size);", Sizes.Nothing)]
    [InlineData("int size = 64; while (size < 1000) size *= 2; p = NativeMemory.Alloc((nuint)size);", "heap 1,000 to 1,998 bytes")]
    [InlineData("nuint size = 200_000; for (int i = 0; i < n; i++) { if (size < 1_000_000) size += 1000; } p = NativeMemory.Alloc(size);", "mmap at least 200,000 bytes")] // the upper bound is lost to widening
    [InlineData("foreach (byte x in array) p = NativeMemory.Alloc(x);", "heap at most 255 bytes")]
    [InlineData("again: if (n > 5) { n--; goto again; } p = NativeMemory.Alloc((nuint)Math.Max(n, 1));", "heap at most 5 bytes")]
    public void Loops_are_widened_and_come_down_again(string body, string expected) => Assert.Equal(expected, Sizes.Of(body));

    [Theory]
    [InlineData("int size = 10; try { size = 20; Console.WriteLine(); size = 30; } catch { p = NativeMemory.Alloc((nuint)size); }", "heap 10 to 30 bytes")]
    [InlineData("int size = 10; try { size = 20; } finally { Console.WriteLine(); } p = NativeMemory.Alloc((nuint)size);", "heap 20 bytes")]
    [InlineData("int size = 10; try { Console.WriteLine(); size = 20; } catch (IOException) { size = 40; } p = NativeMemory.Alloc((nuint)size);", "heap 20 to 40 bytes")]
    [InlineData("int size = 10; try { Console.WriteLine(); } catch (Exception e) when ((size = 50) > e.HResult) { p = NativeMemory.Alloc((nuint)size); }", "heap 50 bytes")]
    [InlineData("int size = 10; try { if (flag) return null; size = 20; } finally { p = NativeMemory.Alloc((nuint)size); }", "heap 10 to 20 bytes")]
    [InlineData("int size = 10; try { try { size = 20; } finally { size += 1; } } finally { size += 100; } p = NativeMemory.Alloc((nuint)size);", "heap 121 bytes")]
    [InlineData("int size = 10; while (true) { try { if (flag) break; size = 20; } finally { size += 1; } } p = NativeMemory.Alloc((nuint)size);", "heap 11 to 22 bytes")]
    [InlineData("int size = 10; try { size = 20; Console.WriteLine(); } finally { try { Console.WriteLine(); } catch { } } p = NativeMemory.Alloc((nuint)size);", "heap 20 bytes")]
    [InlineData("int size = 10; using (var s = new MemoryStream()) { size = 20; } p = NativeMemory.Alloc((nuint)size);", "heap 20 bytes")]
    [InlineData("int size = 10; lock (text) { size = 20; } p = NativeMemory.Alloc((nuint)size);", "heap 20 bytes")]
    public void Handlers(string body, string expected) => Assert.Equal(expected, Sizes.Of(body));

    [Theory]
    [InlineData("int size = 96; Action a = () => NativeMemory.Alloc((nuint)size); a();", "heap 96 bytes")]
    [InlineData("int size = 96; void Local() => NativeMemory.Alloc((nuint)size); Local();", "heap 96 bytes")]
    [InlineData("int size = 96; Action a = () => NativeMemory.Alloc((nuint)size); size = n; a();", Sizes.Nothing)]
    [InlineData("int size = 96; Action a = () => size = 1_000_000; a(); p = NativeMemory.Alloc((nuint)size);", Sizes.Nothing)]
    [InlineData("int size = 96; ref int r = ref size; r = 1_000_000; p = NativeMemory.Alloc((nuint)size);", Sizes.Nothing)]
    [InlineData("int size = 96; int* r = &size; *r = 1_000_000; p = NativeMemory.Alloc((nuint)size);", Sizes.Nothing)]
    [InlineData("int size = 96; Span<int> s = new(ref size); s[0] = 1_000_000; p = NativeMemory.Alloc((nuint)size);", Sizes.Nothing)]
    [InlineData("for (int i = 1; i < 4; i++) { int size = i * 16; Action a = () => NativeMemory.Alloc((nuint)size); a(); }", "heap 16 to 48 bytes")]
    [InlineData("Func<int, nint> f = count => { if (count > 64) count = 64; return count < 0 ? 0 : Marshal.AllocHGlobal(count); };", "heap at most 64 bytes")]
    [InlineData("int size = 10; try { Console.WriteLine(); Console.WriteLine(); if (flag) return null; } catch (IOException) { Console.WriteLine(); } finally { Func<int, nint> f = n => n < 0 || n > 9 ? 0 : Marshal.AllocHGlobal(n); f(1); }", "heap at most 9 bytes")]
    [InlineData("if (flag) { Console.WriteLine(); Console.WriteLine(b > 1 ? 1 : 2); } try { Func<byte, nint> f = n => Marshal.AllocHGlobal(n); f(1); } catch (IOException) { Console.WriteLine(b > 3 ? 1 : 2); }", "heap at most 255 bytes")]
    public void Lambdas_local_functions_and_references(string body, string expected) => Assert.Equal(expected, Sizes.Of(body));

    [Theory]
    [InlineData("byte[] buffer = new byte[1000]; p = NativeMemory.Alloc((nuint)buffer.Length);", "heap 1,000 bytes")]
    [InlineData("int[] table = { 1, 2, 3 }; p = NativeMemory.Alloc((nuint)table.Length, sizeof(int));", "heap 12 bytes")]
    [InlineData("Span<byte> s = new byte[300_000]; p = NativeMemory.Alloc((nuint)s.Length);", "mmap 300,000 bytes")]
    [InlineData("string s = flag ? \"ab\" : \"abcd\"; p = NativeMemory.Alloc((nuint)s.Length);", "heap 2 to 4 bytes")]
    [InlineData("byte[] buffer = array; p = NativeMemory.Alloc((nuint)buffer.Length);", Sizes.Nothing)]
    public void Lengths_are_followed(string body, string expected) => Assert.Equal(expected, Sizes.Of(body));

    [Fact]
    public void Primary_constructor_parameters_may_change_between_calls()
        => Assert.Equal(Sizes.Nothing, Sizes.Text(Inspect.Source("unsafe class C(int n) { void* M() { if (n < 0 || n > 100) return null; n.ToString(); return NativeMemory.Alloc((nuint)n); } }")));

    [Fact]
    public void Initialisers_and_base_arguments_are_bodies_too()
        => Assert.Equal("heap 8 bytes; heap 16 bytes; heap 24 bytes; heap 32 bytes", Sizes.Text(Inspect.Source(
            """
            class B { protected B(nint p) { } }
            class C : B
            {
                nint _field = Marshal.AllocHGlobal(8);
                nint Property { get; } = Marshal.AllocHGlobal(16);
                nint Arrow => Marshal.AllocHGlobal(24);
                C() : base(Marshal.AllocHGlobal(32)) { }
            }
            """,
            "FLT0001")));
}
