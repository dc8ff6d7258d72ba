using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Faultline.Analyzers.Context;
using Faultline.Analyzers.Shapes;
using Faultline.Api;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Rules;

/// <summary>FLT0010: Marshal.AllocHGlobal where NativeMemory is to be had.</summary>
internal sealed class PreferNativeMemory : Rule
{
    public const string Id = "FLT0010";

    /// <summary>Set where the call and the frees at the additional locations can be converted together.</summary>
    public const string FixProperty = "Convert";

    private static readonly DiagnosticDescriptor s_descriptor = new(
        Id,
        "Prefer NativeMemory over Marshal.AllocHGlobal",
        "'Marshal.AllocHGlobal' takes a signed size, and on Windows it is LocalAlloc: 'NativeMemory.Alloc' takes a size_t and is malloc everywhere",
        Categories.Performance,
        DiagnosticSeverity.Hidden,
        isEnabledByDefault: true,
        "NativeMemory (since .NET 6) is a thin wrapper of malloc with a zeroed, an aligned and an overflow-checked form.",
        HelpLink(Id));

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override void Analyze(BodyContext body)
    {
        if (body.Types.NativeMemory == null)
            return;
        foreach (AllocationCall call in body.Calls)
        {
            if (call.Api is not { Family: AllocationFamily.HGlobal, Effect: AllocationEffect.Allocate })
                continue;
            BlockLocal? block = body.BlockOf(call);
            bool canConvert = block != null && CanConvert(block);
            body.Report(Diagnostic.Create(
                Descriptor,
                call.Syntax.GetLocation(),
                canConvert ? block!.Frees.Select(free => free.Syntax.GetLocation()) : [],
                canConvert ? ImmutableDictionary<string, string?>.Empty.Add(FixProperty, "") : null));
        }
    }

    /// <summary>All that frees the block is seen, and nobody else is handed it who might.</summary>
    private static bool CanConvert(BlockLocal block)
    {
        if (block.Frees.Count == 0 || block.IsResized || block.Frees.Any(free => free.Api is not { Family: AllocationFamily.HGlobal, Effect: AllocationEffect.Free }))
            return false;
        HashSet<SyntaxNode> frees = [.. block.Frees.Select(free => free.Syntax)];
        return block.Uses.All(use => PointerUse.Of(use) is var kind
            && (kind is PointerUseKind.Access or PointerUseKind.Compared or PointerUseKind.Lent || kind == PointerUseKind.Passed && frees.Contains(Addresses.Outermost(use).Parent!.Parent!.Syntax)));
    }
}
