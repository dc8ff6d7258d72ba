using System.Collections.Immutable;
using System.Linq;
using System.Numerics;
using Faultline.Analyzers.Context;
using Faultline.Analyzers.Flow.Numbers;
using Faultline.Analyzers.Glibc;
using Faultline.Analyzers.Shapes;
using Faultline.Api;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Rules;

/// <summary>FLT1011: a block that is cast to T* and whose size is no multiple of T's, or a number of Ts.</summary>
internal sealed class CountAsBytes : Rule
{
    public const string Id = "FLT1011";

    /// <summary>The type whose size is missing from the product, where it can be put in.</summary>
    public const string ElementProperty = "Element";

    private static readonly DiagnosticDescriptor s_descriptor = new(
        Id,
        "Element count passed as bytes, or size not a multiple of the pointee",
        "'{0}' asks for {1} for '{2}', whose size is {3}: {4}",
        Categories.Reliability,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "malloc counts bytes; a size without × sizeof(T) makes a block that ends after a part of the elements.",
        HelpLink(Id));

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override void Analyze(BodyContext body)
    {
        foreach (AllocationCall call in body.Calls)
        {
            if (!call.Api.Allocates || call.Api.Effect == AllocationEffect.AllocateString || call.Api.Family == AllocationFamily.Mapping)
                continue;
            if (Addresses.Outermost(call.Invocation).Type is not IPointerTypeSymbol { PointedAtType: var element } || TypeSizes.Of(element, body.Types) is not { IsExact: true } known || known.Low <= 1)
                continue;
            BlockLocal? block = body.BlockOf(call);
            if (SizeProduct.Of(call, body.Types)?.Constant is { Sign: > 0 } bytes)
                OfConstant(body, call, element, known.Low, bytes);
            else if (ElementCount.SignOf(call, element, block, body.Types) is { } sign)
                Report(body, call, element, known.Low, "'" + call.Argument(ParameterRole.Size)!.Syntax + "' bytes", "it is " + sign, canFix: true);
        }
    }

    /// <summary>A struct may be the head of something longer; only less than one of it is a mistake.</summary>
    private static void OfConstant(BodyContext body, AllocationCall call, ITypeSymbol element, BigInteger size, BigInteger bytes)
    {
        bool isNumber = ElementCount.IsNumber(element);
        if ((bytes % size).IsZero || !isNumber && bytes > size)
            return;
        string rest = bytes < size ? "less than one" : $"{Figures.Number(bytes / size)} and {Figures.Bytes(bytes % size)} over";
        bool isPlain = call.Argument(ParameterRole.Size) is { } argument && !call.Api.Has(ParameterRole.Count)
            && !argument.DescendantsAndSelf().Any(inner => inner is ISizeOfOperation or IInvocationOperation);
        Report(body, call, element, size, Figures.Bytes(bytes), rest, isNumber && isPlain);
    }

    private static void Report(BodyContext body, AllocationCall call, ITypeSymbol element, BigInteger size, string asked, string wrong, bool canFix)
    {
        bool isWritable = canFix && call.Api is { Effect: not AllocationEffect.Reallocate } or { Method: "Realloc" or "realloc" };
        body.Report(Diagnostic.Create(
            s_descriptor,
            call.Syntax.GetLocation(),
            isWritable ? ImmutableDictionary<string, string?>.Empty.Add(ElementProperty, element.ToMinimalDisplayString(call.Invocation.SemanticModel!, call.Syntax.SpanStart)) : null,
            call.Api.DisplayName,
            asked,
            element.ToDisplayString(SymbolDisplayFormat.CSharpShortErrorMessageFormat) + "*",
            Figures.Bytes(size),
            wrong));
    }
}
