using Faultline.Analyzers.Tests.Support;
using Faultline.CodeFixes;

namespace Faultline.Analyzers.Tests.Rules;

/// <summary>FLT1010, a size that is computed in 32 bits.</summary>
public class FLT1010Tests
{
    private const string Id = "FLT1010";

    [Theory]
    [InlineData("NativeMemory.Alloc((nuint)([|n * sizeof(int)|]))")]
    [InlineData("NativeMemory.Alloc((nuint)([|n * m|]), 1)")]
    [InlineData("NativeMemory.Alloc([|u * 4|])")]
    [InlineData("NativeMemory.Alloc([|u + 16|])")] // a sum of uint wraps to a small number
    [InlineData("NativeMemory.Alloc((nuint)([|n << 3|]))")]
    [InlineData("NativeMemory.Alloc((nuint)([|(n + 1) * sizeof(long)|]) + 64)")]
    [InlineData("NativeMemory.Alloc((nuint)([|array.Length * sizeof(long) + 8|]))")]
    [InlineData("NativeMemory.Alloc((nuint)([|Unsafe.SizeOf<S>() * n|]) * 2)")]
    [InlineData("NativeMemory.Realloc(null, (nuint)([|_count * sizeof(S)|]))")]
    [InlineData("NativeMemory.AlignedAlloc((nuint)([|n * n|]), 64)")]
    [InlineData("(void*)Marshal.AllocHGlobal([|n * 4|])")]
    [InlineData("(void*)Marshal.AllocHGlobal((nint)([|sizeof(S) * n|]))")] // HexaEngine's
    [InlineData("(void*)Marshal.AllocHGlobal((IntPtr)([|n * m|]))")]
    [InlineData("(void*)Marshal.AllocCoTaskMem([|Marshal.SizeOf<S>() * n|])")]
    [InlineData("(void*)malloc([|n * 8|])")]
    [InlineData("NativeMemory.Alloc(flag ? 8 : (nuint)([|n * 8|]))")]
    public Task Diagnostics(string allocation) => RuleTest.Verify(Id, Method($"void* p = {allocation};"));

    [Theory]
    [InlineData("int size = [|n * 4|]; void* p = NativeMemory.Alloc((nuint)size);")]
    [InlineData("nuint size = (nuint)([|n * 4|]); void* p = NativeMemory.Alloc(size); void* q = NativeMemory.Alloc(size);")]
    [InlineData("if (n > 1_000_000_000) return; void* p = NativeMemory.Alloc((nuint)([|n * 4|]));")]
    [InlineData("if (n < 0) return; unchecked { void* p = NativeMemory.Alloc((nuint)([|n * 4|])); }")]
    [InlineData("for (int i = 0; i < n; i++) NativeMemory.Free(NativeMemory.Alloc((nuint)([|i * 4|])));")]
    public Task Diagnostics_by_way_of_locals_and_conditions(string body) => RuleTest.Verify(Id, Method(body));

    [Theory]
    [InlineData("NativeMemory.Alloc((nuint)checked(n * sizeof(int)))")]
    [InlineData("NativeMemory.Alloc((nuint)n * sizeof(int))")]
    [InlineData("NativeMemory.Alloc((nuint)n * (nuint)sizeof(S))")]
    [InlineData("NativeMemory.Alloc((nuint)n, sizeof(int))")]
    [InlineData("NativeMemory.Alloc((nuint)((long)n * m))")]
    [InlineData("NativeMemory.Alloc((nuint)(100 * sizeof(long)))")]
    [InlineData("NativeMemory.Alloc((nuint)(sizeof(S) * 1000))")]
    [InlineData("NativeMemory.Alloc((nuint)(b * w))")]
    [InlineData("NativeMemory.Alloc((nuint)((n & 0xFFFF) * 16))")]
    [InlineData("NativeMemory.Alloc((nuint)(n + 16))")] // negative at worst: it fails
    [InlineData("NativeMemory.Alloc((nuint)(n - 16))")]
    [InlineData("NativeMemory.Alloc((nuint)(1 << n))")]
    [InlineData("NativeMemory.Alloc((nuint)(text.Length * 2))")] // a string has at most 2^30 chars
    [InlineData("NativeMemory.Alloc((nuint)(Marshal.SizeOf(typeof(S)) * 100))")] // no type is as large as that
    [InlineData("NativeMemory.Alloc((nuint)(Environment.ProcessorCount * 64))")]
    [InlineData("(void*)Marshal.AllocHGlobal(Math.Min(n, 1000) * 4)")]
    [InlineData("NativeMemory.Alloc((nuint)Product(n, 4))")]
    public Task Valid(string allocation) => RuleTest.Verify(Id, Method($"void* p = {allocation};"));

    [Theory]
    [InlineData("if (n > int.MaxValue / sizeof(int)) throw new Exception(); void* p = NativeMemory.Alloc((nuint)(n * sizeof(int)));")]
    [InlineData("ArgumentOutOfRangeException.ThrowIfGreaterThan(n, 1000); void* p = NativeMemory.Alloc((nuint)(n * sizeof(int)));")]
    [InlineData("checked { void* p = NativeMemory.Alloc((nuint)(n * sizeof(int))); }")]
    [InlineData("for (int i = 0; i < 100; i++) NativeMemory.Free(NativeMemory.Alloc((nuint)(i * 4)));")]
    [InlineData("int size = n * 4; if (size < 0) size = 0; Console.WriteLine(size);")] // no allocation
    [InlineData("return; NativeMemory.Alloc((nuint)(n * 4));")]
    public Task Valid_by_conditions(string body) => RuleTest.Verify(Id, "#pragma warning disable CS0162\n" + Method(body));

    [Theory]
    [InlineData("NativeMemory.Alloc((nuint)(n * sizeof(int)))",
        "'n * sizeof(int)' is computed in int, unchecked, and can exceed 2,147,483,647 ('n' above 536,870,911) before it becomes the size that 'NativeMemory.Alloc' allocates: the block is then smaller than what is meant to go into it")]
    [InlineData("NativeMemory.Alloc((nuint)(n * 2))",
        "'n * 2' is computed in int, unchecked, and can exceed 2,147,483,647 ('n' above 1,073,741,823) before it becomes the size that 'NativeMemory.Alloc' allocates: the size is then negative and the allocation fails")]
    [InlineData("NativeMemory.Alloc(u * u)",
        "'u * u' is computed in uint, unchecked, and can exceed 4,294,967,295 before it becomes the size that 'NativeMemory.Alloc' allocates: the block is then smaller than what is meant to go into it")]
    public void Messages(string call, string expected)
        => Assert.Equal(expected, Inspect.Source($"unsafe class C {{ void* M(int n, uint u) => {call}; }}", Id).Single().GetMessage());

    /// <summary>A state of the program in which it overflows can be told.</summary>
    [Theory]
    [InlineData("what others ask for", "public void* M(int n) => NativeMemory.Alloc((nuint)(n * sizeof(S)));")]
    [InlineData("by way of a growth policy", "public void* M(int n) { int size = Math.Max(n, 16); return NativeMemory.Alloc((nuint)(size * sizeof(long))); }")]
    [InlineData("elements of any type", "public T* M<T>(int n) where T : unmanaged => (T*)NativeMemory.Alloc((nuint)(n * sizeof(T)));")]
    [InlineData("width times height", "public void* M(int width, int height) => NativeMemory.Alloc((nuint)(width * height * 4));")]
    [InlineData("rows of a pitch that is worked out", "int _height; public void* M(int width) { int pitch = width * 4; return NativeMemory.Alloc((nuint)(pitch * _height)); }")]
    [InlineData("a number in a file", "void* M(BinaryReader file) { int n = file.ReadInt32(); return NativeMemory.Alloc((nuint)(n * 8)); }")]
    [InlineData("eight bytes for each that is there", "void* M(byte[] data) => NativeMemory.Alloc((nuint)(data.Length * sizeof(long)));")]
    [InlineData("a header before what others ask for", "public void* M(uint n) => NativeMemory.Alloc(n + 16);")]
    [InlineData("what others ask for, passed on", "public void* P(int n) => M(n); void* M(int count) => NativeMemory.Alloc((nuint)(count * sizeof(S)));")]
    [InlineData("what others ask for, passed on twice", "public void* P(int n) => Q(n); void* Q(int n) => M(n, 0); void* M(int count, int flags) => NativeMemory.Alloc((nuint)(count * sizeof(S)));")]
    [InlineData("what a file says, passed on", "public void* P(BinaryReader file) => M(count: file.ReadInt32()); void* M(int count) => NativeMemory.Alloc((nuint)(count * sizeof(S)));")]
    [InlineData("one caller of two passes on what others ask for", "public void* P() => M(16); public void* Q(int n) => M(n); void* M(int count) => NativeMemory.Alloc((nuint)(count * sizeof(S)));")]
    [InlineData("a constructor that passes on what others ask for", "public static object P(int n) => new Table(n); sealed class Table { public Table(int n) => NativeMemory.Free(NativeMemory.Alloc((nuint)(n * sizeof(S)))); }")]
    [InlineData("called by way of a delegate", "public Func<int, nint> P() => M; nint M(int n) => Marshal.AllocHGlobal(n * 4);")]
    [InlineData("nobody is seen to call it", "internal void* M(int n) => NativeMemory.Alloc((nuint)(n * sizeof(S)));")]
    [InlineData("an interface's member", "void* I.M(int n) => NativeMemory.Alloc((nuint)(n * 4)); --- public unsafe interface I { void* M(int n); }")]
    public void Warnings(string shape, string member) => Assert.Equal((shape, "Warning"), (shape, SeverityOf(member)));

    /// <summary>The bounds allow it, but no careful reader would: said as a suggestion. Those that could be wrong are deliberate.</summary>
    [Theory]
    [InlineData("slots of a table of functions", "public void* M(int slots) => NativeMemory.Alloc((nuint)(slots * sizeof(nint)));")]
    [InlineData("records that point to others", "struct R { public nint Method; public void* Target; } public void* M(int n) => NativeMemory.Alloc((nuint)(n * sizeof(R)));")]
    [InlineData("one for each object", "void* M(List<string> names) => NativeMemory.Alloc((nuint)(names.Count * sizeof(S)));")]
    [InlineData("one for each object, counted", "void* M(IEnumerable<string> names) => NativeMemory.Alloc((nuint)(names.Count() * sizeof(S)));")]
    [InlineData("a copy of an array, which would have 2 GiB itself", "public void* M(int[] data) => NativeMemory.Alloc((nuint)(data.Length * sizeof(int)));")]
    [InlineData("a copy of elements of any type", "public void* M<T>(ReadOnlySpan<T> data) where T : unmanaged => NativeMemory.Alloc((nuint)(data.Length * sizeof(T)));")]
    [InlineData("the same by way of a local", "public nint M<T>(T[] data) where T : struct { int size = Marshal.SizeOf<T>(); return Marshal.AllocHGlobal(size * data.Length); }")]
    [InlineData("a table's own counter", "int _count; void* M() => NativeMemory.Alloc((nuint)(_count * sizeof(S)));")]
    [InlineData("another object's property", "void* M(Info info) => NativeMemory.Alloc((nuint)(info.Fields * sizeof(S))); --- class Info { public int Fields { get; set; } }")]
    [InlineData("times a size that a method answers", "void* M(Info info) => NativeMemory.Alloc((nuint)(info.Fields * info.FieldInfoSize())); --- class Info { public int Fields { get; set; } public int FieldInfoSize() => Fields; }")]
    [InlineData("this assembly calls it with constants", "public void* P() => M(16); internal void* M(int n) => NativeMemory.Alloc((nuint)(n * sizeof(S)));")]
    [InlineData("its default is the only value", "public void* P() => M(); internal void* M(int n = 64) => NativeMemory.Alloc((nuint)(n * sizeof(S)));")]
    [InlineData("its caller looks at it first", "public void* P(int n) { if (n > 100) throw new Exception(); return M(n); } void* M(int n) => NativeMemory.Alloc((nuint)(n * sizeof(S)));")]
    [InlineData("its caller counts objects", "public void* P(List<string> names) => M(names.Count); void* M(int n) => NativeMemory.Alloc((nuint)(n * sizeof(S)));")]
    [InlineData("it calls itself", "public void* P() => M(16); void* M(int n) => n == 0 || M(n - 1) == null ? null : NativeMemory.Alloc((nuint)(n * sizeof(S)));")]
    [InlineData("width times height of a window of our own", "void* P(Window w) => M(w.Width, w.Height); void* M(int width, int height) => NativeMemory.Alloc((nuint)(width * height * 4)); --- class Window { public int Width { get; set; } public int Height { get; set; } }")]
    [InlineData("a number of dimensions", "public void* M(int ndim) => NativeMemory.Alloc((nuint)(ndim * sizeof(long)));")]
    [InlineData("times a size that is found out once", "static readonly int s_variantSize = Marshal.SizeOf<S>(); int _n; void* P() => M(_n); void* M(int n) => NativeMemory.Alloc((nuint)(s_variantSize * n));")]
    [InlineData("one for each pair of a dictionary", "void* M(Dictionary<int, int> table) => NativeMemory.Alloc((nuint)(table.Count * sizeof(long)));")]
    [InlineData("two bytes for each of a gigabyte", "void* M(short[] data) => NativeMemory.Alloc((nuint)(data.Length * sizeof(int)));")]
    [InlineData("some bytes for each object", "void* M(string[] names, int bytes) => NativeMemory.Alloc((nuint)(bytes * names.Length));")]
    [InlineData("what a native function counted", "void* M() { Native.count(out int n); return NativeMemory.Alloc((nuint)(n * sizeof(S))); } --- static class Native { [DllImport(\"native\")] public static extern int count(out int n); }")]
    [InlineData("a test's own choice", "[Theory] public void* M(int w, int h) => NativeMemory.Alloc((nuint)(w * h)); --- class TheoryAttribute : Attribute { }")]
    public void Suggestions(string shape, string member) => Assert.Equal((shape, "Info"), (shape, SeverityOf(member)));

    private static string SeverityOf(string member)
    {
        string[] parts = member.Split("---");
        return Inspect.Source($"public unsafe class C {(member.Contains("void* I.") ? ": I" : "")} {{ struct S {{ public long A, B; }} {parts[0]} }} {string.Concat(parts[1..])}", Id).Single().Severity.ToString();
    }

    [Fact]
    public void The_call_is_an_additional_location()
    {
        var found = Inspect.Source("unsafe class C { void* M(int n) { int size = n * 4; return NativeMemory.Alloc((nuint)size); } }", Id).Single();
        Assert.Equal(["NativeMemory.Alloc((nuint)size)"], found.AdditionalLocations.Select(l => l.SourceTree!.GetText().ToString(l.SourceSpan)));
    }

    private const string Before =
        """
        unsafe class C
        {
            void* M(int n, int m) => NativeMemory.Alloc( /* bytes */ (nuint)([|n * m|])); // a block
        }
        """;

    [Theory]
    [InlineData(0, " /* bytes */ (nuint)n, (nuint)m")]
    [InlineData(1, " /* bytes */ (nuint)n * (nuint)m")]
    [InlineData(2, " /* bytes */ (nuint)checked(n * m)")]
    public Task CodeFix(int action, string argument) => FixTest<SizeOverflowFix>.Run(Id, Before, Before.Replace(" /* bytes */ (nuint)([|n * m|])", argument), action);

    [Theory]
    [InlineData(0, "(nint)n * 4")]
    [InlineData(1, "checked(n * 4)")]
    public Task CodeFix_for_Marshal(int action, string argument)
    {
        string before = "class C { nint M(int n) => Marshal.AllocHGlobal([|n * 4|]); }";
        return FixTest<SizeOverflowFix>.Run(Id, before, before.Replace("[|n * 4|]", argument), action);
    }

    [Fact]
    public Task FixAll() => FixTest<SizeOverflowFix>.Run(Id,
        """
        unsafe class C
        {
            struct S { public long A, B; }

            void M(int n, int m)
            {
                void* a = NativeMemory.Alloc((nuint)([|n * sizeof(int)|]));
                void* b = NativeMemory.AllocZeroed((nuint)([|(n + 1) * sizeof(S)|]));
                void* c = NativeMemory.Alloc((nuint)([|n * m * sizeof(int)|]));
            }
        }
        """,
        """
        unsafe class C
        {
            struct S { public long A, B; }

            void M(int n, int m)
            {
                void* a = NativeMemory.Alloc((nuint)n, sizeof(int));
                void* b = NativeMemory.AllocZeroed((nuint)n + 1, (nuint)sizeof(S));
                void* c = NativeMemory.Alloc((nuint)n * (nuint)m, sizeof(int));
            }
        }
        """);

    /// <summary>Where a local holds the product, its type and other uses decide: only the check can be put in without a look at them.</summary>
    [Fact]
    public Task Only_the_checked_fix_where_a_local_has_the_product() => FixTest<SizeOverflowFix>.Run(Id,
        "unsafe class C { void* M(int n) { int size = [|n * 4|]; return NativeMemory.Alloc((nuint)size); } }",
        "unsafe class C { void* M(int n) { int size = checked(n * 4); return NativeMemory.Alloc((nuint)size); } }");

    private static string Method(string body) =>
        $$"""
        unsafe class C
        {
            struct S { public long A, B; }
            int _count;
            [DllImport("libc")] static extern nint malloc(int size);
            static int Product(int a, int b) => a * b;

            void M(int n, int m, uint u, byte b, ushort w, bool flag, int[] array, string text)
            {
                {{body}}
            }
        }
        """;
}
