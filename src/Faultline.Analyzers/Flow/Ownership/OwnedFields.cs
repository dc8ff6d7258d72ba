// Whether a type ever lets go of the block in one of its fields. All mentions of the field in the type are looked at, in every part of a
// partial class and in every member: a Dispose, a finalizer, ReleaseHandle, a helper. One that frees, hands on, returns or compares and
// exchanges is enough. Only private fields are judged, since of others not all mentions are at hand.

using System.Collections.Concurrent;
using System.Linq;
using Faultline.Analyzers.Context;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>Judges fields, each once a compilation.</summary>
internal sealed class OwnedFields
{
    private const int DepthLimit = 3;

    private readonly ConcurrentDictionary<IFieldSymbol, bool> _known = new(SymbolEqualityComparer.Default);
    private readonly Compilation _compilation;
    private readonly AllocationContext _context;

    public OwnedFields(Compilation compilation, AllocationContext context)
    {
        _compilation = compilation;
        _context = context;
    }

    /// <summary>No mention of the field frees what it holds or hands it on.</summary>
    public bool IsNeverReleased(IFieldSymbol field)
        => !field.IsStatic && (field.AssociatedSymbol ?? field).DeclaredAccessibility == Accessibility.Private && _known.GetOrAdd(field.OriginalDefinition, Judge);

    private bool Judge(IFieldSymbol field)
    {
        ISymbol named = field.AssociatedSymbol ?? field;
        INamedTypeSymbol outermost = field.ContainingType;
        while (outermost.ContainingType is { } outer)
            outermost = outer;
        foreach (SyntaxReference part in outermost.DeclaringSyntaxReferences)
        {
            SemanticModel? model = null;
            foreach (ThisExpressionSyntax self in part.GetSyntax().DescendantNodes().OfType<ThisExpressionSyntax>())
                if (self.Parent is ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax call }
                    && (model ??= Models.For(_compilation, part.SyntaxTree)).GetSymbolInfo(call).Symbol is IMethodSymbol { IsExtern: true })
                    return false; // its fields are marshalled, and native code may clear them
            foreach (IdentifierNameSyntax name in part.GetSyntax().DescendantNodes().OfType<IdentifierNameSyntax>())
            {
                if (name.Identifier.ValueText != named.Name)
                    continue;
                model ??= Models.For(_compilation, part.SyntaxTree);
                SyntaxNode mention = name.Parent is MemberAccessExpressionSyntax access && access.Name == name ? access : name;
                if (model.GetOperation(mention) is IMemberReferenceOperation reference && SymbolEqualityComparer.Default.Equals(reference.Member.OriginalDefinition, named) && LetsGo(reference, 0))
                    return false;
            }
        }

        return field.AssociatedSymbol is not IPropertySymbol property || Automatic.FieldOf(property) != null; // accessors with a body may do anything
    }

    private bool LetsGo(IOperation mention, int depth)
    {
        IOperation child = mention;
        for (IOperation? parent = mention.Parent; parent != null; child = parent, parent = parent.Parent)
        {
            switch (parent)
            {
                case IConversionOperation or IParenthesizedOperation or IBinaryOperation { OperatorKind: BinaryOperatorKind.Add or BinaryOperatorKind.Subtract }:
                    continue;
                case IIsPatternOperation match:
                    return match.Pattern.DescendantsAndSelf().Any(inner => inner is IPatternOperation pattern && DeclaredBy(pattern) is { } name && LetsGo(name, parent, depth));
                case IBinaryOperation or IUnaryOperation or IExpressionStatementOperation or IInterpolationOperation or IIncrementOrDecrementOperation:
                    return false;
                case IPropertyReferenceOperation { Property: { Name: "Value", ContainingType.OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } }:
                    continue;
                case IFieldReferenceOperation or IPropertyReferenceOperation:
                    return false; // _block->Length, _view.Length
                case IAssignmentOperation assignment when assignment.Target == child:
                    return false;
                case IAssignmentOperation { Target: ILocalReferenceOperation { Local: { } local } }:
                    return LetsGo(local, parent, depth);
                case IVariableInitializerOperation { Parent: IVariableDeclaratorOperation { Symbol: { } declared } }:
                    return LetsGo(declared, parent, depth);
                case IArgumentOperation { Parent: IObjectCreationOperation creation } when Numbers.Measured.IsSpan((INamedTypeSymbol)creation.Type!, _context.Types):
                    return false;
                case IArgumentOperation { Parent: IInvocationOperation call, Parameter: { RefKind: RefKind.None } parameter } argument:
                    return LetsGo(call, parameter);
                case IInvocationOperation { TargetMethod.Name: "ToPointer" or "ToInt64" or "GetValueOrDefault" }:
                    continue;
                default:
                    return parent.Kind != OperationKind.None || parent.Type is IPointerTypeSymbol;
            }
        }

        return true;
    }

    private static ILocalSymbol? DeclaredBy(IPatternOperation pattern) => pattern switch
    {
        IDeclarationPatternOperation declaration => declaration.DeclaredSymbol as ILocalSymbol,
        IRecursivePatternOperation recursive => recursive.DeclaredSymbol as ILocalSymbol,
        _ => null,
    };

    private bool LetsGo(IInvocationOperation call, IParameterSymbol parameter)
    {
        if (_context.Find(call.TargetMethod) is { } api)
            return api.Frees || api.Allocates;
        CalleeEffect effect = _context.Callees.EffectOf(call.TargetMethod, _context.OwnershipFor(call.Syntax.SyntaxTree), new ReadingDepth());
        return (effect.Of(parameter.Ordinal) & (ParameterEffect.Escapes | ParameterEffect.Frees)) != 0 || effect.ReturnsParameter == parameter.Ordinal;
    }

    /// <summary>The same of every mention of a local that the field has been copied to.</summary>
    private bool LetsGo(ILocalSymbol local, IOperation inside, int depth)
    {
        if (depth >= DepthLimit || local.IsRef)
            return true;
        foreach (IOperation operation in Roots.Of(inside).DescendantsAndSelf())
            if (operation is ILocalReferenceOperation mention && SymbolEqualityComparer.Default.Equals(mention.Local, local) && LetsGo(mention, depth + 1))
                return true;
        return false;
    }
}
