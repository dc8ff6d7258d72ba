using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>How the blocks of one call end, for the rules about what they cost.</summary>
internal sealed class BlockLife
{
    public BlockLife(SyntaxNode call) => Call = call;

    public SyntaxNode Call { get; }

    /// <summary>The calls that give the block back, in whatever name and however deep; in the order of the source.</summary>
    public IEnumerable<SyntaxNode> Frees => FreeSet.OrderBy(static free => free.SpanStart);

    /// <summary>Somebody else has got hold of it, if only a callee for as long as it runs.</summary>
    public bool IsHandedOn { get; set; }

    /// <summary>Stored or returned: it may be there when the body has run.</summary>
    public bool IsKept { get; set; }

    public bool IsResized { get; set; }

    /// <summary>Some path leaves it behind.</summary>
    public bool Leaks { get; set; }

    /// <summary>The body alone has it, and frees it on every path but for exceptions.</summary>
    public bool EndsInBody => FreeSet.Count > 0 && !IsHandedOn && !IsResized && !Leaks;

    internal HashSet<SyntaxNode> FreeSet { get; } = [];
}
