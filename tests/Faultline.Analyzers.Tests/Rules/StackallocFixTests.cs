using Faultline.Analyzers.Tests.Support;
using Faultline.CodeFixes;

namespace Faultline.Analyzers.Tests.Rules;

/// <summary>The fix of FLT0005: stackalloc, with a Span where that will do.</summary>
public class StackallocFixTests
{
    private const string Id = "FLT0005";

    [Fact]
    public Task CodeFix() => FixTest<StackallocFix>.Run(Id,
        """
        unsafe class C
        {
            const int Side = 5;

            int M(int n)
            {
                // The kernel.
                int* weights = (int*)[|NativeMemory.Alloc(Side * Side * sizeof(int))|]; // 25
                new Span<int>(weights, 25).Clear();
                weights[n] = 40;
                int result = weights[0];
                NativeMemory.Free(weights); // done
                return result;
            }
        }
        """,
        """
        unsafe class C
        {
            const int Side = 5;

            int M(int n)
            {
                // The kernel.
                Span<int> weights = stackalloc int[Side * Side]; // 25
                weights.Clear();
                weights[n] = 40;
                int result = weights[0];
                // done
                return result;
            }
        }
        """);

    [Theory]
    [InlineData("byte* p = (byte*)[|NativeMemory.Alloc(64)|]; *p = 1; NativeMemory.Free(p);", "byte* p = stackalloc byte[64]; *p = 1; ")]
    [InlineData("var p = (long*)[|NativeMemory.Alloc(64)|]; Use(p); NativeMemory.Free(p);", "long* p = stackalloc long[8]; Use(p); ")]
    [InlineData("S* p = (S*)[|NativeMemory.Alloc(3, (nuint)sizeof(S))|]; p->A = 1; NativeMemory.Free(p);", "S* p = stackalloc S[3]; p->A = 1; ")]
    [InlineData("byte* p = (byte*)[|NativeMemory.Alloc(64)|]; p[l] = 1; NativeMemory.Free(p);", "byte* p = stackalloc byte[64]; p[l] = 1; ")] // no Span has a long index
    [InlineData("byte* p = (byte*)[|NativeMemory.Alloc(64)|]; Span<byte> s = new(p, 64); NativeMemory.Free(p);", "byte* p = stackalloc byte[64]; Span<byte> s = new(p, 64); ")]
    [InlineData("byte* p = (byte*)[|NativeMemory.Alloc(64)|]; new Span<byte>(p, 32).Clear(); NativeMemory.Free(p);", "byte* p = stackalloc byte[64]; new Span<byte>(p, 32).Clear(); ")]
    public Task CodeFix_keeps_the_pointer(string before, string after) => FixTest<StackallocFix>.Run(Id, Method(before), Method(after));

    [Fact]
    public Task CodeFix_for_a_handle_with_finally() => FixTest<StackallocFix>.Run(Id,
        """
        unsafe class C
        {
            int M()
            {
                nint p = [|Marshal.AllocHGlobal(64)|]; // scratch
                try
                {
                    Marshal.WriteInt32(p, 1);
                    // Read it.
                    return Marshal.ReadInt32(p);
                }
                finally
                {
                    Marshal.FreeHGlobal(p);
                }
            }
        }
        """,
        """
        unsafe class C
        {
            int M()
            {
                byte* pBytes = stackalloc byte[64];
                nint p = (nint)pBytes; // scratch
                Marshal.WriteInt32(p, 1);
                // Read it.
                return Marshal.ReadInt32(p);
            }
        }
        """);

    /// <summary>C# leaves open what stackalloc contains.</summary>
    [Theory]
    [InlineData("uint* p = (uint*)[|NativeMemory.AllocZeroed(16, sizeof(uint))|]; p[1] = p[0];", "Span<uint> p = stackalloc uint[16];", "p.Clear();", "p[1] = p[0];")]
    [InlineData("int* p = (int*)[|NativeMemory.AllocZeroed(64)|]; *p = 1;", "int* p = stackalloc int[16];", "new Span<int>(p, 16).Clear();", "*p = 1;")]
    [InlineData("void* p = [|NativeMemory.AllocZeroed(64)|]; N(p);", "byte* pBytes = stackalloc byte[64];\n        void* p = pBytes;", "new Span<byte>(p, 64).Clear();", "N(p);")]
    public Task CodeFix_clears_what_was_zeroed(string before, string declared, string clear, string use)
    {
        int split = before.IndexOf(';') + 1;
        return FixTest<StackallocFix>.Run(Id,
            Lines(before[..split], before[split..].Trim(), "NativeMemory.Free(p);"),
            Lines(declared, clear, use));
    }

    private static string Lines(params string[] statements)
        => "unsafe class C\n{\n    static void N(void* p) { }\n\n    void M()\n    {\n        " + string.Join("\n        ", statements) + "\n    }\n}\n";

    [Fact]
    public Task FixAll() => FixTest<StackallocFix>.Run(Id,
        """
        unsafe class C
        {
            void M(int n)
            {
                byte* a = (byte*)[|NativeMemory.Alloc(16)|];
                a[0] = 1;
                NativeMemory.Free(a);
            }

            void N(int n)
            {
                if (n > 0)
                {
                    void* b = [|NativeMemory.Alloc(32)|];
                    Use(b);
                    if (b != null)
                    {
                        NativeMemory.Free(b);
                    }
                }
            }

            void Use(void* p) { }
        }
        """,
        """
        unsafe class C
        {
            void M(int n)
            {
                Span<byte> a = stackalloc byte[16];
                a[0] = 1;
            }

            void N(int n)
            {
                if (n > 0)
                {
                    byte* bBytes = stackalloc byte[32];
                    void* b = bBytes;
                    Use(b);
                }
            }

            void Use(void* p) { }
        }
        """);

    /// <summary>In order: declared without the block; a free in an expression; no whole number of elements; stackalloc in a finally; no unsafe context.</summary>
    [Theory]
    [InlineData("unsafe", "void* p = null; p = {|FLT0005:NativeMemory.Alloc(64)|}; NativeMemory.Free(p);")]
    [InlineData("unsafe", "void* p = {|FLT0005:NativeMemory.Alloc(64)|}, q = p; NativeMemory.Free(p);")]
    [InlineData("unsafe", "long* p = (long*){|FLT0005:NativeMemory.Alloc(60)|}; NativeMemory.Free(p);")]
    [InlineData("unsafe", "try { } finally { void* p = {|FLT0005:NativeMemory.Alloc(64)|}; NativeMemory.Free(p); }")]
    [InlineData("", "nint p = {|FLT0005:Marshal.AllocHGlobal(64)|}; Marshal.FreeHGlobal(p);")]
    public Task No_fix_where_a_precondition_is_missing(string modifier, string body)
    {
        string source = $$"""{{modifier}} class C { void M() { {{body}} } }""";
        return FixTest<StackallocFix>.Run(Id, source, source);
    }

    private static string Method(string body) => $$"""unsafe class C { struct S { public long A; } void Use(long* p) { } void M(long l) { {{body}}} }""";
}
