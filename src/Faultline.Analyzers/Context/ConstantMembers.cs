// Values that never change though they are no constants to the compiler: readonly fields and get-only properties that are initialised
// where they are declared, and written by no constructor. Sizes are often kept so: static readonly int BufferSize = 64 * PageSize.

using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using Faultline.Analyzers.Flow;
using Faultline.Analyzers.Flow.Numbers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Context;

/// <summary>What such fields and properties hold, found once a member and kept as long as the compilation.</summary>
internal sealed class ConstantMembers
{
    private const int DepthLimit = 8;

    [ThreadStatic]
    private static List<ISymbol>? s_active;

    private readonly ConcurrentDictionary<ISymbol, Interval?> _values = new(SymbolEqualityComparer.Default);
    private readonly Compilation _compilation;
    private readonly AllocationContext _context;

    public ConstantMembers(Compilation compilation, AllocationContext context)
    {
        _compilation = compilation;
        _context = context;
    }

    public Interval? ValueOf(IFieldSymbol field)
    {
        if (field.ContainingType?.SpecialType is SpecialType.System_IntPtr or SpecialType.System_UIntPtr && field.Name == "Zero")
            return Interval.Zero;
        if (field.ContainingType?.SpecialType == SpecialType.System_String && field.Name == "Empty")
            return Interval.Zero;
        return field.IsReadOnly && IsWorthwhile(field.Type) ? Find(field) : null;
    }

    public Interval? ValueOf(IPropertySymbol property)
    {
        if (property.ContainingType?.SpecialType is SpecialType.System_IntPtr or SpecialType.System_UIntPtr && property.Name == "Size")
            return new Interval(IntegerType.NativeBits / 8);
        if (property.Name is "Length" or "Count" && property.Type.SpecialType == SpecialType.System_Int32 && property.DeclaringSyntaxReferences.IsEmpty && IsInSystem(property))
            return new Interval(BigInteger.Zero, int.MaxValue);
        bool isFixed = property.SetMethod == null && !property.IsAbstract && !property.IsVirtual && !property.IsOverride;
        return isFixed && IsWorthwhile(property.Type) ? Find(property) : null;
    }

    private bool IsWorthwhile(ITypeSymbol type) => Measured.RangeOf(type, _context.Types) != null;

    private static bool IsInSystem(ISymbol member)
    {
        INamespaceSymbol space = member.ContainingNamespace;
        while (space.ContainingNamespace is { IsGlobalNamespace: false } outer)
            space = outer;
        return space.Name == "System";
    }

    /// <summary>
    /// Only the member that was asked for is kept, not those on the way to it: what a cycle of members yields depends on where it is
    /// entered, and so would, with several threads, what is reported.
    /// </summary>
    private Interval? Find(ISymbol member)
    {
        member = member.OriginalDefinition;
        List<ISymbol> active = s_active ??= [];
        if (active.Count == 0)
            return _values.GetOrAdd(member, Read);
        return active.Count < DepthLimit && !active.Contains(member, SymbolEqualityComparer.Default) ? Read(member) : null;
    }

    private Interval? Read(ISymbol member)
    {
        if (!member.IsStatic && member.ContainingType.TypeKind == TypeKind.Struct)
            return null; // default(S) runs no initialiser
        if (Models.DeclarationOf(_compilation, member) is not { } declaration || InitializerOf(declaration) is not { } initializer)
            return null;
        if (IsWrittenInConstructor(member) || Models.For(_compilation, initializer.SyntaxTree).GetOperation(initializer) is not { } operation)
            return null;

        s_active!.Add(member);
        NumberEvaluator evaluator = new(_context, new FollowedPlaces(null, new VariableUses(operation, _context), member, followFields: false));
        Interval value;
        try
        {
            value = evaluator.Evaluate(operation);
        }
        finally
        {
            s_active.RemoveAt(s_active.Count - 1);
        }

        ITypeSymbol type = member is IFieldSymbol field ? field.Type : ((IPropertySymbol)member).Type;
        return Measured.RangeOf(type, _context.Types) is { } range && range.Contains(value) ? value : null;
    }

    private static ExpressionSyntax? InitializerOf(SyntaxNode declaration) => declaration switch
    {
        VariableDeclaratorSyntax field => field.Initializer?.Value,
        PropertyDeclarationSyntax property => property.Initializer?.Value ?? property.ExpressionBody?.Expression,
        _ => null,
    };

    /// <summary>By name: a constructor that assigns anything so called, or passes it by reference, is taken to write this member.</summary>
    private static bool IsWrittenInConstructor(ISymbol member)
        => member.ContainingType.Constructors.Concat(member.ContainingType.StaticConstructors)
            .SelectMany(constructor => constructor.DeclaringSyntaxReferences)
            .Select(reference => reference.GetSyntax())
            .OfType<ConstructorDeclarationSyntax>()
            .SelectMany(constructor => constructor.DescendantNodes().OfType<SimpleNameSyntax>())
            .Any(name => name.Identifier.ValueText == member.Name && IsWritten(name));

    private static bool IsWritten(SimpleNameSyntax name)
    {
        ExpressionSyntax target = name.Parent is MemberAccessExpressionSyntax access && access.Name == name ? access : name;
        return target.Parent switch
        {
            AssignmentExpressionSyntax assignment => assignment.Left == target,
            ArgumentSyntax argument => !argument.RefOrOutKeyword.IsKind(SyntaxKind.None) || argument.Parent is TupleExpressionSyntax,
            PrefixUnaryExpressionSyntax or PostfixUnaryExpressionSyntax or RefExpressionSyntax => true,
            _ => false,
        };
    }
}
