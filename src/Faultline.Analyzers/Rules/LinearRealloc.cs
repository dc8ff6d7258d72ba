using System.Numerics;
using Faultline.Analyzers.Context;
using Faultline.Analyzers.Flow.Numbers;
using Faultline.Analyzers.Glibc;
using Faultline.Analyzers.Shapes;
using Faultline.Api;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Faultline.Analyzers.Rules;

/// <summary>FLT0009: a block that is resized in a loop to a size that grows by the same amount in each pass.</summary>
internal sealed class LinearRealloc : Rule
{
    private const string Id = "FLT0009";

    private static readonly DiagnosticDescriptor s_descriptor = new(
        Id,
        "Realloc grows by a constant in a loop",
        "'{0}' grows its block by {1} in a loop: each time that it cannot grow in place all of it is copied{2}; growing by a factor, such as doubling, copies less than the final size twice",
        Categories.Performance,
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        "n steps of a constant size copy up to n²/2 times that size; growing by a factor copies in proportion to the final size.",
        HelpLink(Id));

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override void Analyze(BodyContext body)
    {
        foreach (AllocationCall call in body.Calls)
        {
            if (call.Api.Effect != AllocationEffect.Reallocate || call.Api.Family == AllocationFamily.Mapping)
                continue;
            if (Loops.Around(call.Syntax) is not { } loop || call.Argument(ParameterRole.Size) is not { } size)
                continue;
            LinearGrowth growth = new(body.Root, loop, body.Symbols);
            if (growth.Of(size) is { Sign: >= 0 } step)
                Report(body, call, step);
        }
    }

    private static void Report(BodyContext body, AllocationCall call, BigInteger step) => body.Report(Diagnostic.Create(
        s_descriptor,
        call.Syntax.GetLocation(),
        call.Api.DisplayName,
        step.IsZero ? "the same amount" : Figures.Bytes(step),
        CopiedUpTo(body.Threshold.LargestOnHeap, step)));

    /// <summary>Beyond the heap's largest block glibc moves pages by mremap and copies nothing.</summary>
    private static string CopiedUpTo(BigInteger limit, BigInteger step)
    {
        BigInteger calls = step.IsZero ? BigInteger.Zero : limit / step;
        return calls < 2 ? "" : $", up to {Figures.Bytes(step * calls * (calls - 1) / 2)} in {Figures.Number(calls)} calls until glibc on Linux maps the block";
    }
}
