using Faultline.Analyzers.Context;
using Faultline.Api;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Shapes;

/// <summary>
/// An allocation whose block is cleared by the next statement. Between them may stand a test for null that leaves, and steps of other
/// variables (a counter): nothing that could look at the block or write to it.
/// </summary>
internal sealed class ClearedAllocation
{
    private ClearedAllocation(AllocationCall call, IOperation statement, Clearing clearing)
    {
        Call = call;
        Statement = statement;
        Clearing = clearing;
    }

    public AllocationCall Call { get; }

    /// <summary>The statement that clears.</summary>
    public IOperation Statement { get; }

    public Clearing Clearing { get; }

    public static ClearedAllocation? Of(AllocationCall call, KnownTypes types)
    {
        if (call.Api.Effect is not (AllocationEffect.Allocate or AllocationEffect.AllocateZeroed))
            return null;
        IOperation value = Addresses.Outermost(call.Invocation);
        ISymbol? holder = value.Parent switch
        {
            IVariableInitializerOperation { Parent: IVariableDeclaratorOperation { Symbol.IsRef: false } declarator } => declarator.Symbol,
            ISimpleAssignmentOperation { IsRef: false } assignment when assignment.Value == value => HeldBy(assignment.Target),
            _ => null,
        };
        if (holder == null || StatementOf(value) is not { Parent: IBlockOperation block } statement)
            return null;

        SizeProduct? size = SizeProduct.Of(call, types);
        for (int next = block.Operations.IndexOf(statement) + 1; next < block.Operations.Length; next++)
        {
            IOperation following = block.Operations[next];
            if (Clearing.Of(following, types) is { } clearing && SymbolEqualityComparer.Default.Equals(HeldBy(clearing.Pointer), holder))
                return new ClearedAllocation(call, following, clearing);
            if (!IsNullExit(following, holder) && !(IsStep(following) && size != null))
                return null;
        }

        return null;
    }

    private static ISymbol? HeldBy(IOperation reference) => reference switch
    {
        ILocalReferenceOperation local => local.Local,
        IParameterReferenceOperation { Parameter.RefKind: RefKind.None } parameter => parameter.Parameter,
        IFieldReferenceOperation { Instance: null or IInstanceReferenceOperation } field => field.Field,
        _ => null,
    };

    private static IOperation? StatementOf(IOperation operation)
    {
        IOperation? statement = operation;
        while (statement is { Parent: not IBlockOperation })
            statement = statement.Parent;
        return statement;
    }

    /// <summary>if (p == null) throw or return.</summary>
    private static bool IsNullExit(IOperation statement, ISymbol holder)
    {
        if (statement is not IConditionalOperation { WhenFalse: null, Condition: IBinaryOperation { OperatorKind: BinaryOperatorKind.Equals } test } conditional)
            return false;
        bool isNullTest = SymbolEqualityComparer.Default.Equals(HeldBy(Addresses.Innermost(test.LeftOperand)), holder) && Addresses.IsNull(test.RightOperand);
        IOperation exit = conditional.WhenTrue is IBlockOperation { Operations.Length: 1 } inner ? inner.Operations[0] : conditional.WhenTrue;
        return isNullTest && exit is IReturnOperation or IThrowOperation or IExpressionStatementOperation { Operation: IThrowOperation };
    }

    /// <summary>counter++; a size that is made of fields or locals could change by it, so the step must be of a static field elsewhere.</summary>
    private static bool IsStep(IOperation statement) => statement is IExpressionStatementOperation
    {
        Operation: IIncrementOrDecrementOperation { Target: IFieldReferenceOperation { Instance: null } field },
    } && !SymbolEqualityComparer.Default.Equals(field.Field.ContainingType, field.SemanticModel?.GetEnclosingSymbol(field.Syntax.SpanStart)?.ContainingType);
}
