using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Flow.Ownership;

internal enum FindingKind
{
    /// <summary>A call is given a block that is gone already.</summary>
    FreedTwice,

    /// <summary>Memory is followed, resized or returned that is gone.</summary>
    UsedAfterFree,

    /// <summary>A call that frees is given a pointer that no allocator has answered.</summary>
    NotStart,

    /// <summary>The only pointer to a live block gets another value.</summary>
    Overwritten,

    /// <summary>No variable ever points to the block.</summary>
    Discarded,

    /// <summary>A field is freed that has just been set to null by an exchange whose result nobody took.</summary>
    FreedAfterExchange,
}

/// <summary>Something wrong at one place in the source.</summary>
internal sealed class Finding
{
    public Finding(FindingKind kind, SyntaxNode syntax, Site? site, SyntaxNode? before = null, bool isResized = false, Target? target = null)
    {
        Kind = kind;
        Syntax = syntax;
        Site = site;
        Before = before;
        IsResized = isResized;
        Target = target;
    }

    public FindingKind Kind { get; }

    public SyntaxNode Syntax { get; }

    public Site? Site { get; }

    /// <summary>What made it wrong: the call that freed first, the exchange.</summary>
    public SyntaxNode? Before { get; }

    /// <summary>It takes another call of the same Dispose.</summary>
    public bool IsInSecondCall { get; set; }

    /// <summary>The block is gone because it was resized.</summary>
    public bool IsResized { get; }

    /// <summary>Of <see cref="FindingKind.NotStart"/>: where in its memory the pointer points.</summary>
    public Target? Target { get; }
}

/// <summary>A block that is not freed on some way through the body.</summary>
internal sealed class Leak
{
    public Leak(Site site) => Site = site;

    public Site Site { get; }

    /// <summary>Some path frees it or hands it on.</summary>
    public bool IsReleasedSomewhere { get; set; }

    /// <summary>Somebody else may get hold of it: it is stored, returned or passed on somewhere.</summary>
    public bool IsHandedOn { get; set; }

    /// <summary>The way leads through no exception but those that the body itself throws.</summary>
    public bool IsOnNormalPath { get; set; }

    /// <summary>Some block is left behind before the body ends: by a loop that comes round, by an assignment.</summary>
    public bool IsInside { get; set; }

    /// <summary>The returns, throws or ends by which a live block is left behind.</summary>
    public ImmutableSortedSet<SyntaxNode> Ways { get; set; } = ImmutableSortedSet.Create<SyntaxNode>(BySpan.Instance);

    /// <summary>The operation whose exception leaves it behind; the first in the source.</summary>
    public SyntaxNode? ThrownBy { get; set; }

    private sealed class BySpan : System.Collections.Generic.IComparer<SyntaxNode>
    {
        public static readonly BySpan Instance = new();

        public int Compare(SyntaxNode? x, SyntaxNode? y) => (x?.SpanStart ?? 0).CompareTo(y?.SpanStart ?? 0);
    }
}

/// <summary>A block is stored in a field; its type has to free it.</summary>
internal sealed class FieldStore
{
    public FieldStore(IFieldSymbol field, SyntaxNode syntax, Site site)
    {
        Field = field;
        Syntax = syntax;
        Site = site;
    }

    public IFieldSymbol Field { get; }

    public SyntaxNode Syntax { get; }

    public Site Site { get; }
}
