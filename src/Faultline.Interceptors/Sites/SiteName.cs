using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Faultline.Interceptors.Sites;

/// <summary>A call site as the report names it, and as the run-time route does.</summary>
internal sealed record SiteName(string File, int LineNumber, string Type, string Member, string Api)
{
    /// <summary>For the comment beside the interceptor.</summary>
    public string Place => $"{File.Replace('\n', ' ').Replace('\r', ' ')}:{LineNumber} {Api}";

    public static SiteName Of(InvocationExpressionSyntax call, SemanticModel model, string api, CancellationToken cancel)
    {
        FileLinePositionSpan span = call.SyntaxTree.GetMappedLineSpan(Microsoft.CodeAnalysis.Text.TextSpan.FromBounds(SequencePoint.StartOf(call), call.Span.End), cancel);
        // As symbols have it: with PathMap applied.
        string file = model.Compilation.Options.SourceReferenceResolver?.NormalizePath(span.Path, span.HasMappedPath ? call.SyntaxTree.FilePath : null) ?? span.Path;
        return new(file, span.StartLinePosition.Line + 1, SourceMember.TypeOf(call, model, cancel), SourceMember.NameOf(call, model, cancel), api);
    }

    /// <summary>The site's line in the table that the shim reads: number, no assembly, type, member, API, line, file.</summary>
    public string Line(int number) => $"{number}\t\t{Escape(Type)}\t{Escape(Member)}\t{Escape(Api)}\t{LineNumber}\t{Escape(File)}\n";

    public static string Escape(string name) => name.Replace("\\", "\\\\").Replace("\t", "\\t").Replace("\n", "\\n").Replace("\r", "\\r");
}
