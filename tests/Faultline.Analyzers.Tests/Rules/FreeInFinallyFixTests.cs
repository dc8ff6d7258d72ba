using Faultline.Analyzers.Tests.Support;
using Faultline.CodeFixes;

namespace Faultline.Analyzers.Tests.Rules;

/// <summary>The fix of FLT1001 to FLT1003: what follows the allocation goes into a try whose finally frees.</summary>
public class FreeInFinallyFixTests
{
    [Fact]
    public Task CodeFix_never_freed() => FixTest<FreeInFinallyFix>.Run("FLT1001",
        """
        class C
        {
            int M(string name)
            {
                nint text = [|Marshal.StringToHGlobalAnsi(name)|]; // native copy

                // Two reads.
                int first = Marshal.ReadInt32(text);
                return first + Marshal.ReadInt32(text, 4);
            }
        }
        """,
        """
        class C
        {
            int M(string name)
            {
                nint text = Marshal.StringToHGlobalAnsi(name); // native copy

                try
                {
                    // Two reads.
                    int first = Marshal.ReadInt32(text);
                    return first + Marshal.ReadInt32(text, 4);
                }
                finally
                {
                    Marshal.FreeHGlobal(text);
                }
            }
        }
        """);

    [Fact]
    public Task CodeFix_early_return() => FixTest<FreeInFinallyFix>.Run("FLT1002",
        """
        unsafe class C
        {
            int M(int n)
            {
                byte* block = (byte*)[|NativeMemory.Alloc(64)|];
                if (n < 0)
                    return -1;
                block[0] = (byte)n;
                int sum = block[0] + 1;
                NativeMemory.Free(block);
                return sum;
            }
        }
        """,
        """
        unsafe class C
        {
            int M(int n)
            {
                byte* block = (byte*)NativeMemory.Alloc(64);
                try
                {
                    if (n < 0)
                        return -1;
                    block[0] = (byte)n;
                    int sum = block[0] + 1;
                    return sum;
                }
                finally
                {
                    NativeMemory.Free(block);
                }
            }
        }
        """);

    [Fact]
    public Task FixAll() => FixTest<FreeInFinallyFix>.Run("FLT1003",
        """
        class C
        {
            void A(Stream s)
            {
                nint p = [|Marshal.AllocHGlobal(8)|];
                s.Flush();
                Marshal.FreeHGlobal(p);
            }

            void B(Stream s)
            {
                nint p = [|Marshal.AllocCoTaskMem(8)|];
                s.WriteByte(1); // may throw

                // Not needed any more.
                Marshal.FreeCoTaskMem(p); // done
            }
        }
        """,
        """
        class C
        {
            void A(Stream s)
            {
                nint p = Marshal.AllocHGlobal(8);
                try
                {
                    s.Flush();
                }
                finally
                {
                    Marshal.FreeHGlobal(p);
                }
            }

            void B(Stream s)
            {
                nint p = Marshal.AllocCoTaskMem(8);
                try
                {
                    s.WriteByte(1); // may throw
                }
                finally
                {
                    // Not needed any more.
                    Marshal.FreeCoTaskMem(p); // done
                }
            }
        }
        """);

    /// <summary>Each lacks something: a declaration, a value that stays, a free that is last, a scope that can move.</summary>
    [Theory]
    [InlineData("FLT1001", "nint p; p = {|FLT1001:Marshal.AllocHGlobal(8)|}; Marshal.WriteByte(p, 1);")]
    [InlineData("FLT1001", "nint p = {|FLT1001:Marshal.AllocHGlobal(8)|};")]
    [InlineData("FLT1001", "nint p = {|FLT1001:Marshal.AllocHGlobal(8)|}; p += 4; Marshal.WriteByte(p, 1);")]
    [InlineData("FLT1001", "nint p = {|FLT1001:Marshal.AllocHGlobal(8)|}; again: Marshal.WriteByte(p, 1); if (n++ < 3) goto again;")]
    [InlineData("FLT1001", "nint p = {|FLT1001:Marshal.AllocHGlobal(8)|}; F(); void F() { n++; } Marshal.WriteByte(p, 1);")]
    [InlineData("FLT1002", "nint p = {|FLT1002:Marshal.AllocHGlobal(8)|}; if (n > 3) return; if (n > 2) { Marshal.FreeHGlobal(p); n++; return; } Marshal.FreeHGlobal(p);")]
    [InlineData("FLT1002", "nint p = {|FLT1002:Marshal.AllocHGlobal(8)|}; if (n > 3) return; if (n > 2) { s_kept = p; return; } Marshal.FreeHGlobal(p);")]
    [InlineData("FLT1003", "nint p = {|FLT1003:Marshal.AllocHGlobal(8)|}; s.Flush(); Marshal.FreeHGlobal(p); s.Flush();")]
    public Task No_fix_is_offered_that_could_change_the_program(string id, string body)
    {
        string source = $$"""class C { static nint s_kept; void M(int n, Stream s) { {{body}} } }""";
        return FixTest<FreeInFinallyFix>.Run(id, source, source);
    }
}
