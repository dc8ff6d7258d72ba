using System.Collections.Generic;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>The sites of one graph, numbered as they are met.</summary>
internal sealed class Sites
{
    private readonly Dictionary<(SyntaxNode Syntax, SiteKind Kind), Site> _bySyntax = [];
    private readonly List<Site> _all = [];

    public Site this[int number] => _all[number];

    public IEnumerable<Site> All => _all;

    /// <summary>A block's site has a twin for the blocks that the same call has answered before.</summary>
    public Site Get(SyntaxNode syntax, SiteKind kind, BlockSource? source = null)
    {
        if (_bySyntax.TryGetValue((syntax, kind), out Site? site))
            return site;
        bool hasTwin = kind == SiteKind.Block;
        site = new Site(_all.Count, kind, syntax, source, hasTwin ? _all.Count + 1 : -1);
        _all.Add(site);
        if (hasTwin)
            _all.Add(new Site(_all.Count, kind, syntax, source, -1));
        _bySyntax.Add((syntax, kind), site);
        return site;
    }
}
