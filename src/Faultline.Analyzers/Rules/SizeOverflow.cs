using System.Collections.Generic;
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

/// <summary>FLT1010: a size that is computed in 32 bits, unchecked, from operands that are not known to be small enough.</summary>
internal sealed class SizeOverflow : Rule
{
    public const string Id = "FLT1010";

    /// <summary>Set where the product can become the two arguments of NativeMemory.Alloc at additional location 0.</summary>
    public const string TwoArgumentsProperty = "TwoArguments";

    /// <summary>The 64-bit type in which the arithmetic can be done instead.</summary>
    public const string WidenProperty = "Widen";

    private static readonly DiagnosticDescriptor s_descriptor = new(
        Id,
        "Size computation can overflow before it is widened",
        "'{0}' is computed in {1}, unchecked, and can exceed {2}{3} before it becomes the size that '{4}' allocates: {5}",
        Categories.Reliability,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "A product of 32-bit numbers that wraps makes a block that is smaller than what will be written to it.",
        HelpLink(Id));

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override void Analyze(BodyContext body)
    {
        HashSet<SyntaxNode> seen = [];
        foreach (SizeComputation computation in body.SizeComputations)
        {
            ComputedRange range = new(body.SizeOperands, body.Types);
            IBinaryOperation arithmetic = computation.Arithmetic;
            if (range.Of(arithmetic) is not { } size || !range.CanOverflow(arithmetic) || !seen.Add(arithmetic.Syntax))
                continue;
            bool isExpected = !CountOrigins.IsTest(body.Owner) && new OverflowEvidence(range, body.Symbols, body.Types, body.Callers).IsExpected(arithmetic);
            BigInteger limit = IntegerType.Of(arithmetic.Type)!.Value.Range.High;
            body.Report(Diagnostic.Create(
                Descriptor,
                arithmetic.Syntax.GetLocation(),
                isExpected ? Descriptor.DefaultSeverity : DiagnosticSeverity.Info,
                [computation.Call.Syntax.GetLocation()],
                Properties(computation),
                arithmetic.Syntax.ToString(),
                arithmetic.Type!.ToDisplayString(),
                Figures.Number(limit),
                From(body, arithmetic, limit),
                computation.Call.Api.DisplayName,
                size.High >= BigInteger.One << 32 ? "the block is then smaller than what is meant to go into it" : "the size is then negative and the allocation fails"));
        }
    }

    /// <summary>Where one operand is known: from which value of the other on.</summary>
    private static string From(BodyContext body, IBinaryOperation arithmetic, BigInteger limit)
    {
        if (arithmetic.OperatorKind != BinaryOperatorKind.Multiply)
            return "";
        (Interval left, Interval right) = body.SizeOperands[arithmetic.Syntax];
        bool isLeft = left.IsExact;
        BigInteger factor = isLeft ? left.Low : right.Low;
        if (!isLeft && !right.IsExact || factor.Sign <= 0)
            return "";
        string other = Constants.WithoutConversions(isLeft ? arithmetic.RightOperand : arithmetic.LeftOperand).Syntax.ToString();
        return $" ('{other}' above {Figures.Number(limit / factor)})";
    }

    private static ImmutableDictionary<string, string?> Properties(SizeComputation computation)
    {
        ImmutableDictionary<string, string?> properties = ImmutableDictionary<string, string?>.Empty;
        if (!computation.IsInCall)
            return properties;
        IOperation arithmetic = computation.Arithmetic;
        IOperation outer = arithmetic;
        while (outer.Parent is IConversionOperation conversion)
            outer = conversion;
        bool isWhole = outer.Parent is IArgumentOperation;
        AllocationApi api = computation.Call.Api;
        if (isWhole && api is { Family: AllocationFamily.NativeMemory, Effect: AllocationEffect.Allocate or AllocationEffect.AllocateZeroed }
            && !api.Has(ParameterRole.Count) && computation.Arithmetic.OperatorKind == BinaryOperatorKind.Multiply)
            properties = properties.Add(TwoArgumentsProperty, "");
        return WideTypeOf(arithmetic, outer, api) is { } type ? properties.Add(WidenProperty, type) : properties;
    }

    /// <summary>The explicit conversion around it; AllocHGlobal(int) has an overload for nint.</summary>
    private static string? WideTypeOf(IOperation arithmetic, IOperation outer, AllocationApi api)
    {
        if (arithmetic.Parent is IConversionOperation conversion && IntegerType.Of(conversion.Type) is { Bits: 64 } && !conversion.IsChecked)
            return conversion.IsImplicit ? null : conversion.Type!.SpecialType switch
            {
                SpecialType.System_IntPtr => "nint",
                SpecialType.System_UIntPtr => "nuint",
                SpecialType.System_Int64 => "long",
                _ => "ulong",
            };
        return outer == arithmetic && api.Method == "AllocHGlobal" ? "nint" : null;
    }
}
