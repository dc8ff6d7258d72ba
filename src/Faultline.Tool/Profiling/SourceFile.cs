// From a line of a symbol file to the call in the source. A symbol file has the line on which a statement (or a declarator, a lambda's
// expression …) starts, not the call's own, and no column is kept; so of the calls that could be meant those count of which the statement, or
// a part of it around the call, starts on that line.

using Faultline.Api;
using Faultline.Sites;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Faultline.Tool.Profiling;

/// <summary>One C# source file, parsed.</summary>
internal sealed class SourceFile
{
    private static readonly HashSet<string> s_apiNames = [.. AllocationApis.All.Select(api => api.Method)];

    /// <summary>Symbols that code may be compiled under. A build's own are not written down anywhere; the first set under which a call is found is taken.</summary>
    private static readonly string[][] s_symbols =
    [
        ["TRACE", "RELEASE", "NET", "NETCOREAPP", "NET5_0_OR_GREATER", "NET6_0_OR_GREATER", "NET7_0_OR_GREATER", "NET8_0_OR_GREATER", "NET9_0_OR_GREATER", "NET10_0_OR_GREATER", "NET10_0"],
        ["TRACE", "DEBUG", "NET", "NETCOREAPP", "NET5_0_OR_GREATER", "NET6_0_OR_GREATER", "NET7_0_OR_GREATER", "NET8_0_OR_GREATER", "NET9_0_OR_GREATER", "NET10_0_OR_GREATER", "NET10_0"],
        [],
    ];

    private readonly List<SyntaxTree> _readings = [];

    public SourceFile(string path, string text)
    {
        // Without #if there is only one way to read it.
        foreach (string[] symbols in text.Contains("#if", StringComparison.Ordinal) ? s_symbols : s_symbols[..1])
            _readings.Add(CSharpSyntaxTree.ParseText(text, new CSharpParseOptions(LanguageVersion.Preview, DocumentationMode.None, preprocessorSymbols: symbols), path));
    }

    /// <summary>The calls of an API that a statement from that line (from 1) on makes, in the order in which they end. Empty if there is none.</summary>
    public IReadOnlyList<InvocationExpressionSyntax> CallsAt(int line, string api)
    {
        string name = api[(api.LastIndexOf('.') + 1)..];
        foreach (SyntaxTree tree in _readings)
        {
            List<InvocationExpressionSyntax> here = [.. tree.GetRoot().DescendantNodes().OfType<InvocationExpressionSyntax>().Where(call => StartsAt(call, line))];
            List<InvocationExpressionSyntax> named = here.FindAll(call => SiteKeys.NameOf(call) == name);
            // A P/Invoke can have any name in C#, but for those of the other APIs.
            if (named.Count == 0)
                named = here.FindAll(call => SiteKeys.NameOf(call) is { } other && !s_apiNames.Contains(other));
            if (named.Count > 0)
                return [.. named.OrderBy(call => call.Span.End)];
        }

        return [];
    }

    private static bool StartsAt(InvocationExpressionSyntax call, int line)
    {
        SyntaxNode statement = SiteKeys.StatementOf(call);
        // The head of a statement with a body: its own line is where the statement starts.
        SyntaxNode last = statement is not StatementSyntax && statement.Parent is StatementSyntax head ? head : statement;
        foreach (SyntaxNode node in call.AncestorsAndSelf())
        {
            if (LineOf(node) == line)
                return true;
            if (node == last)
                return false;
        }

        return false;
    }

    private static int LineOf(SyntaxNode node) => node.GetLocation().GetLineSpan().StartLinePosition.Line + 1;
}
