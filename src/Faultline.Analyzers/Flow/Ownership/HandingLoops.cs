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
    private readonly Dictionary<int, HashSet<StatementSyntax>> _loops = []; // by site

    /// <param name="operation">Frees the block or hands it on.</param>
    public void Add(int site, SyntaxNode operation)
    {
        if (Loops.Around(operation) is { } loop && Loops.RunsInEachPass(operation, loop, ""))
        {
            if (!_loops.TryGetValue(site, out HashSet<StatementSyntax>? loops))
                _loops.Add(site, loops = []);
            loops.Add(loop);
        }
    }

    /// <summary>Takes away the ways out behind such a loop that does not also allocate the block.</summary>
    public void Excuse(Leak leak, Site site)
    {
        if (!_loops.TryGetValue(site.Number, out HashSet<StatementSyntax>? loops))
            return;
        foreach (StatementSyntax loop in loops)
        {
            if (loop.Span.Contains(site.Syntax.Span))
                continue;
            ImmutableSortedSet<SyntaxNode> before = leak.Ways;
            leak.Ways = before.Except(before.Where(way => way.SpanStart >= loop.Span.End || way.Span.Contains(loop.Span)));
            leak.IsOnNormalPath &= leak.Ways.Count > 0 || leak.IsInside;
        }
    }
}
