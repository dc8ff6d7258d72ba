using Faultline.Api;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>What kind of memory a pointer points to.</summary>
internal enum SiteKind
{
    /// <summary>A block from an allocator that was called in this body.</summary>
    Block,

    /// <summary>What a parameter pointed to when the body was entered.</summary>
    Parameter,

    /// <summary>Unknown but for what happens to it from here on: it is freed, resized, or held by two variables.</summary>
    Released,

    /// <summary>stackalloc.</summary>
    Stack,

    /// <summary>The address of a local or a parameter.</summary>
    Variable,

    /// <summary>Inside of an array, a string or another managed object.</summary>
    Managed,
}

/// <summary>Memory that a body points to, named by the place in the source where it comes from.</summary>
internal sealed class Site
{
    public Site(int number, SiteKind kind, SyntaxNode syntax, BlockSource? source, int older)
    {
        Number = number;
        Kind = kind;
        Syntax = syntax;
        Source = source;
        Older = older;
    }

    public int Number { get; }

    public SiteKind Kind { get; }

    /// <summary>The allocation call, the parameter's declaration, the expression.</summary>
    public SyntaxNode Syntax { get; }

    /// <summary>Only of a block.</summary>
    public BlockSource? Source { get; }

    /// <summary>The number of the site that stands for blocks from earlier passes of a loop over the same call.</summary>
    public int Older { get; }

    public bool IsHeap => Kind is SiteKind.Block or SiteKind.Parameter or SiteKind.Released;

    public IParameterSymbol? Parameter { get; set; }

    /// <summary>The next site at the same syntax.</summary>
    public Site? OfOtherKind { get; set; }
}

/// <summary>Where blocks come from: a row of the API table, a wrapper of one, or what a setting or an annotation says.</summary>
internal sealed class BlockSource
{
    public BlockSource(string displayName, string? deallocator, bool maybeNull, AllocationApi? api = null)
    {
        DisplayName = displayName;
        Deallocator = deallocator;
        MaybeNull = maybeNull;
        Api = api;
    }

    /// <summary>As messages name it: NativeMemory.Alloc.</summary>
    public string DisplayName { get; }

    /// <summary>The call that gives such a block back, as a message names it; null if it is not known.</summary>
    public string? Deallocator { get; }

    /// <summary>The call can answer null instead of a block.</summary>
    public bool MaybeNull { get; }

    /// <summary>The row at the bottom of it, if it is one.</summary>
    public AllocationApi? Api { get; }
}
