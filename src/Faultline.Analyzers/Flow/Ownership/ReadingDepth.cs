namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>
/// How far calls are followed from one body. What is read of a method is a function of the method and of the calls that were left then, never
/// of where the chain was entered: so it can be kept also where the chain was cut off, and recursion needs no care.
/// </summary>
internal sealed class ReadingDepth
{
    /// <summary>Wrappers of allocators are two or three calls deep.</summary>
    public const int Limit = 4;

    /// <summary>The price of a call that may free or answer a block, by its name.</summary>
    public const int OfFreeing = 1;

    /// <summary>The price of any other call: all there is to learn is whether it keeps what it is given, and what goes deep mostly does.</summary>
    public const int OfOther = 2;

    public ReadingDepth(int left = Limit) => Left = left;

    /// <summary>The price of the calls that may still be followed from here.</summary>
    public int Left { get; }

    /// <summary>The price of those that have been followed, at the dearest.</summary>
    public int Height { get; private set; }

    /// <summary>Some call was not followed any more.</summary>
    public bool IsCut { get; private set; }

    public void Cut() => IsCut = true;

    public void Follow(int height) => Height = height > Height ? height : Height;
}
