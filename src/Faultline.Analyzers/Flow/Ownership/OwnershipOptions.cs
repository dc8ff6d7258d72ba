using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>What the settings of a file say about who owns blocks.</summary>
internal sealed class OwnershipOptions
{
    public static readonly OwnershipOptions Default = new(transfersAtConstructor: true, transfersAtCall: true);

    public OwnershipOptions(bool transfersAtConstructor, bool transfersAtCall)
    {
        TransfersAtConstructor = transfersAtConstructor;
        TransfersAtCall = transfersAtCall;
    }

    /// <summary>An object of which nothing is known takes over the blocks that its constructor is given.</summary>
    public bool TransfersAtConstructor { get; }

    /// <summary>A method of which nothing is known takes over the blocks that it is given.</summary>
    public bool TransfersAtCall { get; }

    public bool IsNonThrowing(IMethodSymbol method) => false;
}
