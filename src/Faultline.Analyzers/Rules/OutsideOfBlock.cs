using System.Numerics;
using Faultline.Analyzers.Context;
using Faultline.Analyzers.Glibc;
using Faultline.Analyzers.Shapes;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Rules;

/// <summary>FLT1012: a read or write at a constant distance that lies outside of every block that the call can answer.</summary>
internal sealed class OutsideOfBlock : Rule
{
    private const string Id = "FLT1012";

    private static readonly DiagnosticDescriptor s_descriptor = new(
        Id,
        "Constant index outside of the allocated block",
        "'{0}' reaches {1} of a block of {2} from '{3}'",
        Categories.Reliability,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "What lies behind a block is the next chunk's header or another block; before it lies its own header.",
        HelpLink(Id));

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override void Analyze(BodyContext body)
    {
        foreach (BlockLocal block in body.Blocks)
        {
            if (block.IsResized || body.RequestOf(block.Call) is not { } request)
                continue;
            foreach (IOperation use in block.Uses)
                if (BlockAccess.Of(use, body.Types) is { } access && IsOutside(access, request.Bytes.High))
                    body.Report(Diagnostic.Create(
                        Descriptor,
                        access.Syntax.GetLocation(),
                        [block.Call.Syntax.GetLocation()],
                        access.Syntax.ToString(),
                        Where(access),
                        Figures.Bytes(request.Bytes),
                        block.Call.Api.DisplayName));
        }
    }

    private static bool IsOutside(BlockAccess access, BigInteger bytes) => access.Offset.Sign < 0 || access.Offset + access.Bytes > bytes;

    private static string Where(BlockAccess access)
    {
        BigInteger last = access.Offset + access.Bytes - 1;
        return last == access.Offset ? "byte " + Figures.Number(last) : $"bytes {Figures.Number(access.Offset)} to {Figures.Number(last)}";
    }
}
