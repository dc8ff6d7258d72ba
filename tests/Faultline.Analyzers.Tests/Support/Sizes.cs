using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Tests.Support;

/// <summary>What the rules say about the size of one allocation.</summary>
internal static class Sizes
{
    public const string Nothing = "nothing";

    /// <summary>
    /// Puts statements into a method with a few parameters and answers what FLT0001 or FLT0002 say its allocation asks for,
    /// "heap 64 bytes" or "mmap at least 200,000 bytes", or <see cref="Nothing"/>.
    /// </summary>
    public static string Of(string body, string members = "") => Text(Inspect.Source(
        $$"""
        unsafe class C
        {
            {{members}}
            void* M(int n, uint u, long l, nuint z, byte b, ushort w, bool flag, byte[] array, string text, Span<int> span, int? maybe)
            {
                void* p = null;
                {{body}}
                return p;
            }
        }
        """,
        "FLT0001",
        "FLT0002"));

    public static string Text(IEnumerable<Diagnostic> diagnostics)
    {
        string[] found = [.. diagnostics.Select(Text)];
        return found.Length == 0 ? Nothing : string.Join("; ", found);
    }

    private static string Text(Diagnostic diagnostic)
    {
        string message = diagnostic.GetMessage();
        int start = message.IndexOf("asks for ", StringComparison.Ordinal) + "asks for ".Length;
        return (diagnostic.Id == "FLT0001" ? "heap " : "mmap ") + message[start..message.IndexOf(':', start)];
    }
}
