// A loop that hands on a block in each pass, or frees it: for (i = 0; i < n; i++) all[i] = block + i * size. That it may not run at all is a
// path on paper, on which there is nothing in the block either; nobody wants to hear of it.

using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Faultline.Analyzers.Shapes;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>Which loops let go of which blocks in each of their passes.</summary>
internal sealed class HandingLoops
{
    private readonly HashSet<(int Site, StatementSyntax Loop)> _loops = [];

    /// <param name="operation">Frees the block or hands it on.</param>
    public void Add(int site, SyntaxNode operation)
    {
        if (Loops.Around(operation) is { } loop && Loops.RunsInEachPass(operation, loop, ""))
            _loops.Add((site, loop));
    }

    /// <summary>Takes away the ways out behind such a loop that does not also allocate the block.</summary>
    public void Excuse(Leak leak, Site site)
    {
        foreach ((int number, StatementSyntax loop) in _loops)
        {
            if (number != site.Number || loop.Span.Contains(site.Syntax.Span))
                continue;
            ImmutableSortedSet<SyntaxNode> before = leak.Ways;
            leak.Ways = before.Except(before.Where(way => way.SpanStart >= loop.Span.End || way.Span.Contains(loop.Span)));
            leak.IsOnNormalPath &= leak.Ways.Count > 0 || leak.IsInside;
        }
    }
}
