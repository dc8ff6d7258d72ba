using System;
using System.Collections.Generic;
using Faultline.Analyzers.Context;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>What the settings of a file say about who owns blocks.</summary>
internal sealed class OwnershipOptions
{
    public static readonly OwnershipOptions Default = new(transfersAtConstructor: true, transfersAtCall: true, [], []);

    private readonly Dictionary<string, BlockSource> _allocators = new(StringComparer.Ordinal);
    private readonly HashSet<string> _deallocators = new(StringComparer.Ordinal);
    private readonly HashSet<string> _nonThrowing;

    /// <param name="pairs">Full names of an allocating and a freeing method.</param>
    /// <param name="nonThrowing">Full names of methods, or of types with ".*".</param>
    public OwnershipOptions(bool transfersAtConstructor, bool transfersAtCall, IEnumerable<(string Allocator, string Deallocator)> pairs, IEnumerable<string> nonThrowing)
    {
        TransfersAtConstructor = transfersAtConstructor;
        TransfersAtCall = transfersAtCall;
        _nonThrowing = new HashSet<string>(nonThrowing, StringComparer.Ordinal);
        foreach ((string allocator, string deallocator) in pairs)
        {
            _allocators[allocator] = new BlockSource(Short(allocator), Short(deallocator), maybeNull: false);
            _deallocators.Add(deallocator);
            Names.Add(Last(allocator));
            Names.Add(Last(deallocator));
        }
    }

    /// <summary>An object of which nothing is known takes over the blocks that its constructor is given.</summary>
    public bool TransfersAtConstructor { get; }

    /// <summary>A method of which nothing is known takes over the blocks that it is given.</summary>
    public bool TransfersAtCall { get; }

    /// <summary>Finalizers that may free what a native call still uses are looked for.</summary>
    public bool FindsFinalizerRaces { get; set; }

    /// <summary>The simple names of the methods that the settings name as allocators and deallocators.</summary>
    public NameSet Names { get; } = new();

    public bool IsNonThrowing(IMethodSymbol method)
        => _nonThrowing.Count > 0 && (_nonThrowing.Contains(FullName(method)) || _nonThrowing.Contains(method.ContainingType.ToDisplayString() + ".*"));

    /// <summary>What the settings say about a method, or null.</summary>
    public CalleeEffect? EffectOf(IMethodSymbol method)
    {
        if (!Names.Contains(method.Name))
            return null;
        string name = FullName(method);
        if (_allocators.TryGetValue(name, out BlockSource? source))
            return new CalleeEffect([], ParameterEffect.None, mayThrow: true, source);
        return _deallocators.Contains(name) ? new CalleeEffect(Pointers.FirstFrees(method), ParameterEffect.None, mayThrow: false) : null;
    }

    private static string FullName(IMethodSymbol method) => method.ContainingType.ToDisplayString() + "." + method.Name;

    private static string Last(string name) => name.Substring(name.LastIndexOf('.') + 1);

    /// <summary>Type and method, as the messages name the framework's.</summary>
    private static string Short(string name)
    {
        int type = name.LastIndexOf('.', Math.Max(0, name.LastIndexOf('.') - 1));
        return name.Substring(type + 1);
    }
}
