using System.Linq;
using Faultline.Analyzers.Context;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Shapes;

/// <summary>Whether an expression has the same value in each pass of a loop.</summary>
internal sealed class Invariance
{
    private readonly SymbolUses _uses;
    private readonly KnownTypes _types;

    public Invariance(SymbolUses uses, KnownTypes types)
    {
        _uses = uses;
        _types = types;
    }

    /// <summary>Only of what cannot change behind the loop's back: constants, readonly members, locals and parameters that the loop does not write.</summary>
    public bool Holds(IOperation expression, StatementSyntax loop)
    {
        if (expression.ConstantValue.HasValue)
            return true;
        return expression switch
        {
            ILocalReferenceOperation { Local.IsRef: false } local => IsOutside(local.Local, loop) && !IsWrittenIn(loop, local.Local),
            IParameterReferenceOperation { Parameter.RefKind: RefKind.None } parameter => !IsWrittenIn(loop, parameter.Parameter),
            IFieldReferenceOperation { Field.IsReadOnly: true, Instance: null or IInstanceReferenceOperation } => true,
            IPropertyReferenceOperation { Property.Name: "Length", Instance: { } instance } => Flow.Numbers.Measured.LengthsOf(instance.Type, _types) != null && Holds(instance, loop),
            ISizeOfOperation => true,
            IInvocationOperation call => IsSizeOf(call),
            IConversionOperation { OperatorMethod: null } conversion => Holds(conversion.Operand, loop),
            IUnaryOperation { OperatorMethod: null } unary => Holds(unary.Operand, loop),
            IBinaryOperation { OperatorMethod: null } => Operands(expression).All(operand => Holds(operand, loop)),
            _ => false,
        };
    }

    private bool IsSizeOf(IInvocationOperation call)
        => call is { TargetMethod: { Name: "SizeOf", IsStatic: true, Parameters.Length: 0 } method } && (KnownTypes.Same(method.ContainingType, _types.Marshal) || KnownTypes.Same(method.ContainingType, _types.Unsafe));

    private static System.Collections.Generic.IEnumerable<IOperation> Operands(IOperation expression) => expression.ChildOperations;

    private static bool IsOutside(ILocalSymbol local, StatementSyntax loop)
        => local.DeclaringSyntaxReferences.All(reference => !loop.Span.Contains(reference.Span));

    /// <summary>A lambda that writes it may be called from the loop.</summary>
    private bool IsWrittenIn(StatementSyntax loop, ISymbol variable)
        => _uses.Of(variable).Any(reference => SymbolUses.IsWritten(reference) && (loop.Span.Contains(reference.Syntax.Span) || reference.Parent is IAddressOfOperation || SymbolUses.IsCaptured(reference, variable)));
}
