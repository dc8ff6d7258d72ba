using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using System.Numerics;
using Faultline.Analyzers.Context;
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
        foreach (BlockLocal block in body.Blocks)
        {
            if (body.RequestOf(block.Call) is not { Bytes: { IsExact: true } bytes, IsAligned: false, IsMapping: false } request || bytes.High > LargestOnStack || bytes.High.IsZero)
                continue;
            if (block.Call.Api.Effect == AllocationEffect.AllocateString || !StackLifetime.Fits(block, body.Symbols))
                continue;
            StatementSyntax[]? parts = StackLifetime.RewritableParts(block);
            body.Report(Diagnostic.Create(
                Descriptor,
                block.Call.Syntax.GetLocation(),
                parts?.Select(part => part.GetLocation()) ?? block.Frees.Select(free => free.Syntax.GetLocation()),
                parts == null ? null : Properties(block, bytes.High),
                block.Call.Api.DisplayName,
                RequestText.Of(request),
                Figures.Bytes(PageCost.OnHeap(request).Chunk)));
        }
    }

    private static ImmutableDictionary<string, string?> Properties(BlockLocal block, BigInteger bytes)
    {
        ImmutableDictionary<string, string?> properties = ImmutableDictionary<string, string?>.Empty.Add(BytesProperty, bytes.ToString(CultureInfo.InvariantCulture));
        return block.Call.Api.Effect == AllocationEffect.AllocateZeroed ? properties.Add(ZeroedProperty, "") : properties;
    }
}
