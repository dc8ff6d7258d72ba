using Faultline.Analyzers.Tests.Support;
using Faultline.CodeFixes;

namespace Faultline.Analyzers.Tests.Rules;

/// <summary>Fix-all, and the plain fix, of rules that share a fix with another one.</summary>
public class FixAllTests
{
    [Theory]
    [InlineData("FLT1001", "Marshal.WriteByte(p, 1);", "Marshal.WriteByte(p, 1);")]
    [InlineData("FLT1002", "if (n > 3) return; Marshal.WriteByte(p, 1); Marshal.FreeHGlobal(p);", "if (n > 3) return; Marshal.WriteByte(p, 1);")]
    public Task FixAll_free_in_finally(string id, string uses, string guarded)
    {
        string[] before = uses.Split("; ");
        string[] after = guarded.Split("; ");
        return FixTest<FreeInFinallyFix>.Run(id, Members(Before), Members(After));

        string Before(string name) => $$"""
                void {{name}}(int n)
                {
                    nint p = [|Marshal.AllocHGlobal(8)|];
            {{Lines(before, 8)}}
                }
            """;

        string After(string name) => $$"""
                void {{name}}(int n)
                {
                    nint p = Marshal.AllocHGlobal(8);
                    try
                    {
            {{Lines(after, 12)}}
                    }
                    finally
                    {
                        Marshal.FreeHGlobal(p);
                    }
                }
            """;
    }

    [Fact]
    public Task FixAll_hoist_large_blocks() => FixTest<HoistFix>.Run("FLT0003",
        Members(name => $$"""
                unsafe void {{name}}(int n)
                {
                    for (int i = 0; i < n; i++)
                    {
                        byte* p = (byte*)[|NativeMemory.Alloc(1 << 20)|];
                        p[i] = 1;
                        NativeMemory.Free(p);
                    }
                }
            """),
        Members(name => $$"""
                unsafe void {{name}}(int n)
                {
                    byte* p = (byte*)NativeMemory.Alloc(1 << 20);
                    try
                    {
                        for (int i = 0; i < n; i++)
                        {
                            p[i] = 1;
                        }
                    }
                    finally
                    {
                        NativeMemory.Free(p);
                    }
                }
            """));

    [Fact]
    public Task CodeFix_exception() => FixTest<FreeInFinallyFix>.Run("FLT1003",
        """
        class C
        {
            void M(Stream s)
            {
                nint p = [|Marshal.AllocHGlobal(8)|];
                s.Flush(); // may throw
                Marshal.FreeHGlobal(p);
            }
        }
        """,
        """
        class C
        {
            void M(Stream s)
            {
                nint p = Marshal.AllocHGlobal(8);
                try
                {
                    s.Flush(); // may throw
                }
                finally
                {
                    Marshal.FreeHGlobal(p);
                }
            }
        }
        """);

    private static string Members(Func<string, string> member) => $"class C\n{{\n{member("A")}\n\n{member("B")}\n}}";

    private static string Lines(string[] statements, int indent)
        => string.Join('\n', statements.Select(statement => new string(' ', indent) + statement.TrimEnd(';') + ";"));
}
