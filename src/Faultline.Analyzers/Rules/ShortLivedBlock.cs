using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using System.Numerics;
using Faultline.Analyzers.Context;
using Faultline.Analyzers.Flow.Ownership;
using Faultline.Analyzers.Glibc;
using Faultline.Analyzers.Shapes;
using Faultline.Api;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Faultline.Analyzers.Rules;

/// <summary>FLT0005: a small block of constant size that a method allocates, uses and frees.</summary>
internal sealed class ShortLivedBlock : Rule
{
    public const string Id = "FLT0005";

    /// <summary>The number of bytes, where declaration (additional location 0) and frees (the other ones) can be rewritten.</summary>
    public const string BytesProperty = "Bytes";

    /// <summary>Set where the block has to be zero, which stackalloc does not promise.</summary>
    public const string ZeroedProperty = "Zeroed";

    private const int LargestOnStack = 1024;

    private static readonly DiagnosticDescriptor s_descriptor = new(
        Id,
        "Short-lived small block can be stackalloc",
        "'{0}' takes {1} from the heap, a chunk of {2}, and the same method frees them: stackalloc takes them from the stack, which is resident, without malloc and free",
        Categories.Performance,
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        "Up to 1,024 bytes, not in a loop, not kept beyond the free.",
        HelpLink(Id));

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override void Analyze(BodyContext body)
    {
        foreach (AllocationCall call in body.Calls)
        {
            if (!call.Api.Allocates || call.Api.Effect is AllocationEffect.AllocateString or AllocationEffect.Reallocate)
                continue;
            if (body.RequestOf(call) is { Bytes: { IsExact: true, High: { IsZero: false } bytes }, IsAligned: false, IsMapping: false } request && bytes <= LargestOnStack)
                Analyze(body, call, request, bytes);
        }
    }

    /// <summary>A local of its own can be rewritten; a block that is freed by another name or by a callee is only spoken of.</summary>
    private static void Analyze(BodyContext body, AllocationCall call, AllocationRequest request, BigInteger bytes)
    {
        BlockLife? life = body.LifeOf(call);
        if (life is { IsKept: true } or { Leaks: true })
            return;
        BlockLocal? block = body.BlockOf(call) is { } own && StackLifetime.Fits(own, body.Symbols) ? own : null;
        if (block == null && (life is not { EndsInBody: true } || !StackLifetime.FitsAt(call.Syntax) || StackLifetime.IsBesideFunction(call.Syntax)))
            return;
        StatementSyntax[]? parts = block == null ? null : StackLifetime.RewritableParts(block);
        body.Report(Diagnostic.Create(
            s_descriptor,
            call.Syntax.GetLocation(),
            parts?.Select(part => part.GetLocation()) ?? (block?.Frees.Select(free => free.Syntax) ?? life!.Frees).Select(free => free.GetLocation()),
            parts == null ? null : Properties(block!, bytes),
            call.Api.DisplayName,
            RequestText.Of(request),
            Figures.Bytes(PageCost.OnHeap(request).Chunk)));
    }

    private static ImmutableDictionary<string, string?> Properties(BlockLocal block, BigInteger bytes)
    {
        ImmutableDictionary<string, string?> properties = ImmutableDictionary<string, string?>.Empty.Add(BytesProperty, bytes.ToString(CultureInfo.InvariantCulture));
        return block.Call.Api.Effect == AllocationEffect.AllocateZeroed ? properties.Add(ZeroedProperty, "") : properties;
    }
}
