using System;
using System.Collections.Immutable;
using System.Linq;

namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>What a call does with a pointer that it is passed.</summary>
[Flags]
internal enum ParameterEffect
{
    /// <summary>Looks at the address alone, or at nothing.</summary>
    None = 0,

    /// <summary>Reads or writes what it points to.</summary>
    Uses = 1,

    /// <summary>Gives the block back, on every path on which it returns.</summary>
    Frees = 2,

    /// <summary>Keeps it, hands it on, or may free it: the caller need not free it, and nobody knows whether it still may.</summary>
    Escapes = 4,
}

/// <summary>What is known about calling one method. Methods of which nothing is known have <see cref="Unknown"/>.</summary>
internal sealed class CalleeEffect
{
    public static readonly CalleeEffect Unknown = new([], ParameterEffect.Escapes, mayThrow: true);

    /// <summary>Native code keeps what it is given as far as we know, but throws no exceptions and cannot write fields.</summary>
    public static readonly CalleeEffect Native = new([], ParameterEffect.Escapes, mayThrow: false);

    public CalleeEffect(
        ParameterEffect[] parameters, ParameterEffect others, bool mayThrow, BlockSource? returns = null, int returnsParameter = -1, bool returnsStart = true)
    {
        Parameters = parameters;
        Others = others;
        MayThrow = mayThrow;
        Returns = returns;
        ReturnsParameter = returnsParameter;
        ReturnsStart = returnsStart;
    }

    /// <summary>Not to be written; an array since an immutable one of a type of ours would be compiled for it.</summary>
    private ParameterEffect[] Parameters { get; }

    /// <summary>Of parameters that are not listed.</summary>
    public ParameterEffect Others { get; }

    /// <summary>Of a method whose source is at hand <see cref="ThrowingMethods"/> knows better.</summary>
    public bool MayThrow { get; }

    /// <summary>A fresh block that the caller has to free; null if the result is nothing of that kind.</summary>
    public BlockSource? Returns { get; }

    /// <summary>The parameter into whose block the result points, or -1.</summary>
    public int ReturnsParameter { get; }

    /// <summary>It is that very pointer, not one further into the block.</summary>
    public bool ReturnsStart { get; }

    /// <summary>The result points into a managed object.</summary>
    public bool ReturnsManaged { get; set; }

    /// <summary>It answers blocks or frees them.</summary>
    public bool IsOfBlocks
    {
        get
        {
            foreach (ParameterEffect effect in Parameters)
                if ((effect & ParameterEffect.Frees) != 0)
                    return true;
            return Returns != null;
        }
    }

    public ParameterEffect Of(int ordinal) => ordinal < Parameters.Length ? Parameters[ordinal] : Others;
}
