using System;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>What may have become of a block; several bits where paths have joined.</summary>
[Flags]
internal enum SiteStatus
{
    /// <summary>There, and somebody else's to free: a parameter's, a field's.</summary>
    None = 0,

    /// <summary>This body must free it or hand it on.</summary>
    Live = 1,

    /// <summary>Given back.</summary>
    Freed = 2,

    /// <summary>Given to a realloc, which has answered another block.</summary>
    Resized = 4,

    /// <summary>Stored, returned or passed where it is not followed: it may be freed by others.</summary>
    Escaped = 8,

    /// <summary>The allocator may have answered null (malloc): the block exists only where the pointer is not null.</summary>
    MaybeNull = 16,

    /// <summary>An exception was thrown by a call while the block was live.</summary>
    Thrown = 32,

    /// <summary>Paths were joined that differ in whether it is live: nothing is said about it.</summary>
    Blurred = 64,

    /// <summary>It was live when it was resized: where the resize has failed it is so again.</summary>
    WasLive = 128,

    /// <summary>Escaped into one field of this object and nowhere else.</summary>
    InField = 256,
}

/// <summary>A block's status in one world, with the operations that explain it.</summary>
internal sealed class SiteState : IEquatable<SiteState>
{
    public static readonly SiteState None = new(SiteStatus.None);

    public SiteState(SiteStatus status, SyntaxNode? releasedBy = null, SyntaxNode? thrownBy = null, int resizes = -1)
    {
        Status = status;
        ReleasedBy = releasedBy;
        ThrownBy = thrownBy;
        Resizes = resizes;
    }

    public SiteStatus Status { get; }

    /// <summary>The call that freed or resized it; the first in the source where there are several.</summary>
    public SyntaxNode? ReleasedBy { get; }

    /// <summary>The operation that may throw while it is live.</summary>
    public SyntaxNode? ThrownBy { get; }

    /// <summary>The block that this one replaces if its resize does not fail, or -1.</summary>
    public int Resizes { get; }

    public bool IsLive => Has(SiteStatus.Live) && !Has(SiteStatus.Blurred);

    /// <summary>On every path that this world stands for the block has been freed or resized away.</summary>
    public bool IsGone => (Status & (SiteStatus.Freed | SiteStatus.Resized)) != 0 && (Status & (SiteStatus.Live | SiteStatus.Blurred)) == 0;

    public bool Has(SiteStatus bits) => (Status & bits) == bits;

    public SiteState With(SiteStatus add, SiteStatus remove = SiteStatus.None) => new((Status & ~remove) | add, ReleasedBy, ThrownBy, Resizes);

    public SiteState ReleasedAt(SyntaxNode call, SiteStatus how)
        => new(how | (Status & (SiteStatus.Thrown | SiteStatus.MaybeNull)) | (Has(SiteStatus.Live) ? SiteStatus.WasLive : SiteStatus.None), call, ThrownBy);

    public SiteState ThrownAt(SyntaxNode call) => Has(SiteStatus.Thrown) ? this : new SiteState(Status | SiteStatus.Thrown, ReleasedBy, call, Resizes);

    /// <summary>Of two worlds that agree on what is live. One in which a block is gone and one in which it is not are unlike: see <see cref="SiteStatus.Blurred"/>.</summary>
    public SiteState Join(SiteState other)
    {
        SiteStatus status = Status | other.Status;
        bool differs = Has(SiteStatus.Live) != other.Has(SiteStatus.Live) || IsGone != other.IsGone;
        return new SiteState(
            differs ? (status | SiteStatus.Blurred) & ~SiteStatus.Live : status,
            First(ReleasedBy, other.ReleasedBy), First(ThrownBy, other.ThrownBy), Math.Max(Resizes, other.Resizes));
    }

    public bool Equals(SiteState? other)
        => other != null && Status == other.Status && ReleasedBy == other.ReleasedBy && ThrownBy == other.ThrownBy && Resizes == other.Resizes;

    public override bool Equals(object? obj) => Equals(obj as SiteState);

    public override int GetHashCode() => (int)Status;

    private static SyntaxNode? First(SyntaxNode? a, SyntaxNode? b)
    {
        if (a == null || b == null)
            return a ?? b;
        return a.SpanStart <= b.SpanStart ? a : b;
    }
}
