using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Faultline.Analyzers.Tests.Support;

/// <summary>What the ownership rules say about the members of a class.</summary>
internal static class Owned
{
    public const string Quiet = "quiet";

    public static readonly string[] Rules = ["FLT1001", "FLT1002", "FLT1003", "FLT1004", "FLT1005", "FLT1007", "FLT1008", "FLT1009", "FLT1013"];

    /// <summary>The ids in the order of the source, or <see cref="Quiet"/>. Types may follow the members behind a line of "---".</summary>
    public static string Of(string members) => Of(members, new Dictionary<string, string>());

    public static string Of(string members, IReadOnlyDictionary<string, string> settings)
    {
        string[] parts = members.Split("---");
        var found = Inspect.Source(
            $$"""
            unsafe partial class C
            {
                {{parts[0]}}
            }
            {{(parts.Length > 1 ? parts[1] : "")}}
            static unsafe class Native
            {
                [DllImport("libc")] public static extern nint malloc(nuint size);
                [DllImport("libc")] public static extern void free(nint block);
                [DllImport("libc")] public static extern nint realloc(nint block, nuint size);
                [DllImport("native")] public static extern int fill(nint block, int length);
                [DllImport("native")] public static extern void take(void* block);
                [DllImport("native")] public static extern void take_with(nint block, delegate* unmanaged<void*, void> free);
                [DllImport("native")] public static extern int query(nint block, ref int length);
            }
            """,
            settings, Rules);
        return Ids(found);
    }

    /// <summary>The same of top-level statements.</summary>
    public static string OfProgram(string statements)
        => Ids(Inspect.Run(Inspect.Compile(new CSharpCompilationOptions(OutputKind.ConsoleApplication, allowUnsafe: true), [("Program.cs", statements)]))
            .Where(d => Rules.Contains(d.Id)));

    private static string Ids(IEnumerable<Diagnostic> found) => found.Any() ? string.Join(" ", found.Select(d => d.Id)) : Quiet;

}
