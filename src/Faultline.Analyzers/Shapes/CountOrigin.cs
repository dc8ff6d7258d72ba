// Where a count comes from decides whether it can be large at all. An int may hold two billion, but the number of a type's interfaces
// never does, and the length of a list is held down by the memory that the list itself takes. What the other side of a public member
// asks for, or what stands in a file, may be anything.

using System;
using System.Collections.Generic;
using System.Linq;
using Faultline.Analyzers.Context;
using Faultline.Analyzers.Flow.Numbers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Shapes;

/// <summary>From what bounds a count to what does not.</summary>
internal enum CountOrigin
{
    /// <summary>A constant, or the size of a type.</summary>
    Fixed,

    /// <summary>The length of what lies in memory already.</summary>
    InMemory,

    /// <summary>A field, a result: neither bounded nor chosen from outside as far as the body shows.</summary>
    Unknown,

    /// <summary>A parameter of a member that other assemblies can call, or a number that was read from data.</summary>
    Given,
}

/// <summary>Finds the origin of numbers in one body.</summary>
internal sealed class CountOrigins
{
    private const int DepthLimit = 6;

    private static readonly NameSet s_readers = new(
        "ReadInt16", "ReadInt32", "ReadInt64", "ReadUInt16", "ReadUInt32", "ReadUInt64", "ReadInt32BigEndian", "ReadInt32LittleEndian", "ReadUInt32BigEndian",
        "ReadUInt32LittleEndian", "Read7BitEncodedInt", "Parse");

    private static readonly NameSet s_tests = new("Fact", "FactAttribute", "Theory", "TheoryAttribute", "Test", "TestAttribute", "TestCase", "TestCaseAttribute",
        "TestMethod", "TestMethodAttribute", "DataTestMethod", "DataTestMethodAttribute", "Benchmark", "BenchmarkAttribute");

    private readonly SymbolUses _uses;
    private readonly KnownTypes _types;
    private readonly Callers _callers;

    public CountOrigins(SymbolUses uses, KnownTypes types, Callers callers)
    {
        _uses = uses;
        _types = types;
        _callers = callers;
    }

    public CountOrigin Of(IOperation number) => Of(number, DepthLimit);

    /// <summary>What a collection is one of whose length this is; null if it is something else.</summary>
    public ITypeSymbol? CountedElement(IOperation number)
    {
        number = Constants.WithoutConversions(number);
        if (number is ILocalReferenceOperation local && _uses.OnlyValueOf(local.Local) is { } value)
            number = Constants.WithoutConversions(value);
        return number switch
        {
            IPropertyReferenceOperation { Property.Name: "Length" or "Count" or "LongLength", Instance.Type: { } collection } => ElementOf(collection),
            IInvocationOperation { TargetMethod: { Name: "Count" or "LongCount", IsExtensionMethod: true }, Arguments: { Length: > 0 } counted } => ElementOf(Constants.WithoutConversions(counted[0].Value).Type),
            _ => null,
        };
    }

    /// <summary>Whether a member belongs to tests or measurements, which choose their own sizes.</summary>
    public static bool IsTest(ISymbol member)
    {
        if (member.ContainingAssembly?.Name.Split('.').Any(IsTestName) == true)
            return true;
        for (INamedTypeSymbol? type = member.ContainingType; type != null; type = type.ContainingType)
            if (type.GetMembers().Any(other => other.GetAttributes().Any(attribute => attribute.AttributeClass is { } name && s_tests.Contains(name.Name))))
                return true;
        return false;
    }

    private static bool IsTestName(string part)
        => part.EndsWith("Test", StringComparison.Ordinal) || part.EndsWith("Tests", StringComparison.Ordinal) || part is "Benchmark" or "Benchmarks";

    private CountOrigin Of(IOperation number, int depth)
    {
        number = Constants.WithoutConversions(number);
        if (number.ConstantValue.HasValue || number is ISizeOfOperation)
            return CountOrigin.Fixed;
        if (depth == 0)
            return CountOrigin.Unknown;
        if (CountedElement(number) != null)
            return CountOrigin.InMemory;
        return number switch
        {
            IParameterReferenceOperation parameter => OfParameter(parameter.Parameter, depth - 1),
            ILocalReferenceOperation local => OfLocal(local.Local, depth - 1),
            IBinaryOperation { OperatorMethod: null } binary => OfOperands(binary, depth - 1),
            IConditionalOperation { WhenFalse: { } otherwise } choice => Larger(Of(choice.WhenTrue, depth - 1), Of(otherwise, depth - 1)),
            IInvocationOperation call => OfCall(call, depth - 1),
            _ => CountOrigin.Unknown,
        };
    }

    private CountOrigin OfOperands(IBinaryOperation binary, int depth) => binary.OperatorKind switch
    {
        BinaryOperatorKind.LeftShift or BinaryOperatorKind.RightShift or BinaryOperatorKind.UnsignedRightShift or BinaryOperatorKind.Divide or BinaryOperatorKind.Remainder => Of(binary.LeftOperand, depth),
        _ => Larger(Of(binary.LeftOperand, depth), Of(binary.RightOperand, depth)),
    };

    /// <summary>
    /// What other assemblies pass may be anything. Where only this one calls, its calls decide; what a caller looks at before it passes it on may have been
    /// checked there. A method that nobody is seen to call is called in a way that is not seen.
    /// </summary>
    private CountOrigin OfParameter(IParameterSymbol parameter, int depth)
    {
        if (parameter.RefKind == RefKind.Out || parameter.ContainingSymbol is not IMethodSymbol { MethodKind: not (MethodKind.LocalFunction or MethodKind.AnonymousFunction) } method)
            return CountOrigin.Unknown;
        if (IsVisible(method))
            return CountOrigin.Given;
        CountOrigin? origin = null;
        foreach (IOperation passed in _callers.ArgumentsFor(parameter))
        {
            SymbolUses uses = new(Roots.Of(passed));
            CountOrigin given = new CountOrigins(uses, _types, _callers).Of(passed, depth);
            if (given == CountOrigin.Given && IsLookedAt(passed, uses))
                given = CountOrigin.Unknown;
            origin = origin is { } known ? Larger(known, given) : given;
            if (origin == CountOrigin.Given)
                break;
        }

        return origin ?? CountOrigin.Given;
    }

    /// <summary>Whether the body does anything else with a variable than to pass it on.</summary>
    private static bool IsLookedAt(IOperation passed, SymbolUses uses)
        => passed.DescendantsAndSelf().Any(operation => operation switch
        {
            IParameterReferenceOperation parameter => uses.Of(parameter.Parameter).Count > 1,
            ILocalReferenceOperation local => uses.Of(local.Local).Count > 1,
            _ => false,
        });

    /// <summary>Of all that it is set to; steps by one are no origin.</summary>
    private CountOrigin OfLocal(ILocalSymbol local, int depth)
    {
        if (_uses.DeclaratorOf(local) is not { } declarator)
            return CountOrigin.Unknown;
        CountOrigin origin = declarator.Initializer is { } initializer ? Of(initializer.Value, depth) : CountOrigin.Fixed;
        foreach (IOperation reference in _uses.Of(local))
            if (SymbolUses.IsWritten(reference))
                origin = Larger(origin, reference.Parent is IAssignmentOperation assignment ? Of(assignment.Value, depth) : CountOrigin.Unknown);
        return origin;
    }

    private CountOrigin OfCall(IInvocationOperation call, int depth)
    {
        IMethodSymbol method = call.TargetMethod;
        if ((s_readers.Contains(method.Name) || method.ContainingType.Name == "BitConverter") && IsOfFramework(method))
            return CountOrigin.Given;
        bool passesOn = KnownTypes.Same(method.ContainingType, _types.Math) || KnownTypes.Same(method.ContainingType, _types.BitOperations);
        if (!passesOn || call.Arguments.IsEmpty)
            return SizeFactors.IsSizeOfType(call, _types) ? CountOrigin.Fixed : CountOrigin.Unknown;
        IEnumerable<CountOrigin> origins = call.Arguments.Select(argument => Of(argument.Value, depth));
        return method.Name == "Min" ? origins.Min() : origins.Max();
    }

    private ITypeSymbol? ElementOf(ITypeSymbol? collection)
    {
        switch (collection)
        {
            case null:
                return null;
            case IArrayTypeSymbol array:
                return array.ElementType;
            case INamedTypeSymbol { TypeArguments.Length: 1, ContainingNamespace.Name: "System" } view when view.Name is "Span" or "ReadOnlySpan" or "Memory" or "ReadOnlyMemory" or "ArraySegment":
                return view.TypeArguments[0];
        }

        // The most particular of what it implements: IEnumerable<T> if there is one.
        foreach (INamedTypeSymbol implemented in collection.AllInterfaces.Concat(collection is INamedTypeSymbol { TypeKind: TypeKind.Interface } self ? [self] : []))
            if (implemented.OriginalDefinition.SpecialType == SpecialType.System_Collections_Generic_IEnumerable_T)
                return implemented.TypeArguments[0];
        return collection.AllInterfaces.Any(implemented => implemented.SpecialType == SpecialType.System_Collections_IEnumerable) ? _types.Object : null;
    }

    private static bool IsOfFramework(IMethodSymbol method)
    {
        INamespaceSymbol? space = method.ContainingNamespace;
        while (space is { ContainingNamespace.IsGlobalNamespace: false })
            space = space.ContainingNamespace;
        return space?.Name == "System";
    }

    private static bool IsVisible(IMethodSymbol method)
    {
        if (method.ExplicitInterfaceImplementations.IsEmpty && method.DeclaredAccessibility is not (Accessibility.Public or Accessibility.Protected or Accessibility.ProtectedOrInternal))
            return false;
        for (INamedTypeSymbol? type = method.ContainingType; type != null; type = type.ContainingType)
            if (type.DeclaredAccessibility is not (Accessibility.Public or Accessibility.Protected or Accessibility.ProtectedOrInternal))
                return false;
        return true;
    }

    private static CountOrigin Larger(CountOrigin one, CountOrigin other) => one > other ? one : other;
}
