using System.Collections.Generic;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>The sites of one graph, numbered as they are met.</summary>
internal sealed class Sites
{
    private readonly Dictionary<SyntaxNode, Site> _bySyntax = [];
    private readonly List<Site> _all = [];

    public Site this[int number] => _all[number];

    public IEnumerable<Site> All => _all;

    /// <summary>A block's site has a twin for the blocks that the same call has answered before.</summary>
    public Site Get(SyntaxNode syntax, SiteKind kind, BlockSource? source = null)
    {
        _bySyntax.TryGetValue(syntax, out Site? first);
        for (Site? known = first; known != null; known = known.OfOtherKind)
            if (known.Kind == kind)
                return known;
        bool hasTwin = kind == SiteKind.Block;
        Site site = new(_all.Count, kind, syntax, source, hasTwin ? _all.Count + 1 : -1) { OfOtherKind = first };
        _all.Add(site);
        if (hasTwin)
            _all.Add(new Site(_all.Count, kind, syntax, source, -1));
        _bySyntax[syntax] = site;
        return site;
    }
}
