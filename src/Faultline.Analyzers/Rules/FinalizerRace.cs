// An object whose finalizer frees a block may be collected while one of its own methods runs: once that method has read the field and never
// comes back to `this`, nothing refers to the object any more, and native code works on in a block that the finalizer's thread frees. It takes a
// collection at that very moment, so most programs never see it; that is why faultline.finalizer_races has to ask for it.

using System.Collections.Generic;
using System.Linq;
using Faultline.Analyzers.Context;
using Faultline.Api;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Rules;

/// <summary>FLT1005, where it is asked for: a native call that is given a block which a finalizer may free before the call is over.</summary>
internal static class FinalizerRace
{
    private const int DepthLimit = 3;

    public static void Find(CodeBlockAnalysisContext block, DiagnosticDescriptor descriptor)
    {
        if (block.OwningSymbol is not IMethodSymbol { IsStatic: false, MethodKind: MethodKind.Ordinary or MethodKind.PropertyGet or MethodKind.PropertySet or MethodKind.ExplicitInterfaceImplementation } method
            || method.Name == "Dispose" || FinalizerOf(method.ContainingType) is not { } finalizer)
            return;
        HashSet<string> freed = [.. FreedBy(finalizer, method.ContainingType, 0)];
        if (freed.Count == 0 || block.SemanticModel.GetOperation(block.CodeBlock, block.CancellationToken) is not { } root)
            return;
        IOperation[] all = [.. root.DescendantsAndSelf()];
        int last = all.OfType<IInstanceReferenceOperation>().Select(reference => reference.Syntax.SpanStart).DefaultIfEmpty(-1).Max();
        foreach (IInvocationOperation call in all.OfType<IInvocationOperation>())
            if (IsNative(call.TargetMethod) && last < call.Syntax.Span.End && Shapes.Loops.Around(call.Syntax) == null
                && call.Arguments.Select(argument => FieldIn(argument.Value)).FirstOrDefault(field => field != null && freed.Contains(field.Name)) is { } given)
                block.ReportDiagnostic(Diagnostic.Create(
                    descriptor, call.Syntax.GetLocation(), [finalizer.GetLocation()], $"'{FindingText.Callee(call.Syntax)}' uses",
                    $"the finalizer at line {LeakText.Line(finalizer)} frees, which may run before the call is over, since nothing refers to the object that holds it in '{given.Name}' (GC.KeepAlive, a SafeHandle)"));
    }

    private static DestructorDeclarationSyntax? FinalizerOf(INamedTypeSymbol type)
        => type.GetMembers(WellKnownMemberNames.DestructorName).SelectMany(member => member.DeclaringSyntaxReferences)
            .Select(reference => reference.GetSyntax()).OfType<DestructorDeclarationSyntax>().FirstOrDefault();

    /// <summary>By name: what the finalizer, and what it calls of its type, passes to a call that frees.</summary>
    private static IEnumerable<string> FreedBy(SyntaxNode body, INamedTypeSymbol type, int depth)
    {
        foreach (InvocationExpressionSyntax call in body.DescendantNodes().OfType<InvocationExpressionSyntax>())
        {
            string? name = call.Expression.DescendantNodesAndSelf().OfType<SimpleNameSyntax>().LastOrDefault()?.Identifier.ValueText;
            if (AllocationApis.All.Any(api => api.Frees && api.Method == name))
                foreach (IdentifierNameSyntax argument in call.ArgumentList.DescendantNodes().OfType<IdentifierNameSyntax>())
                    yield return argument.Identifier.ValueText;
            if (name != null && depth < DepthLimit)
                foreach (SyntaxReference reference in type.GetMembers(name).SelectMany(member => member.DeclaringSyntaxReferences))
                    foreach (string inner in FreedBy(reference.GetSyntax(), type, depth + 1))
                        yield return inner;
        }
    }

    private static bool IsNative(IMethodSymbol method)
        => method.IsExtern || method.GetDllImportData() != null || Flow.Ownership.Callees.HasAttribute(method.GetAttributes(), "LibraryImportAttribute");

    /// <summary>The field of this object that is passed, itself or moved.</summary>
    private static IFieldSymbol? FieldIn(IOperation argument) => argument switch
    {
        IFieldReferenceOperation { Instance: IInstanceReferenceOperation, Field: var field } => field,
        IConversionOperation conversion => FieldIn(conversion.Operand),
        IBinaryOperation { OperatorKind: BinaryOperatorKind.Add or BinaryOperatorKind.Subtract } moved => FieldIn(moved.LeftOperand),
        _ => null,
    };
}
