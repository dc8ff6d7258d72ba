// Which operations throw. Not those that any code can be blamed for (a null reference, an index, a cast): a rule that did would have
// something to say about every method. Calls of native code do not throw; calls of managed code do, unless their source shows that they
// cannot or they are framework calls that throw for a wrong argument only.

using System.Collections.Generic;
using Faultline.Analyzers.Context;
using Faultline.Api;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>Looks at each operation of a graph once.</summary>
internal sealed class ThrowingOperations
{
    private readonly Dictionary<IOperation, bool> _known = [];
    private readonly AllocationContext _context;
    private readonly OwnershipOptions _options;

    private readonly ThrowSearch? _search;

    /// <param name="search">The question that has led here; null for the body that is analysed, where each operation is one.</param>
    public ThrowingOperations(AllocationContext context, OwnershipOptions options, ThrowSearch? search = null)
    {
        _context = context;
        _options = options;
        _search = search;
    }

    public bool MayThrow(IOperation operation)
    {
        if (_known.TryGetValue(operation, out bool known))
            return known;
        bool mayThrow = false;
        foreach (IOperation inner in operation.DescendantsAndSelf())
        {
            if (!MayThrowItself(inner))
                continue;
            mayThrow = true;
            break;
        }

        _known.Add(operation, mayThrow);
        return mayThrow;
    }

    private bool MayThrowItself(IOperation operation) => operation switch
    {
        IInvocationOperation call when _context.Callees.NeverReturns(call.TargetMethod) => false, // as good as the end of the process
        IInvocationOperation call when IsOfForeach(call.TargetMethod, call) => false,
        IInvocationOperation call => _context.Find(call.TargetMethod) is { } api ? MayThrow(api) : !IsConstructor(call) && MayThrow(call.TargetMethod),
        IObjectCreationOperation creation => MayThrow(creation),
        IPropertyReferenceOperation property => MayThrow(property.Property),
        IAwaitOperation => true,
        IReturnOperation { Kind: OperationKind.YieldReturn } => true, // whoever enumerates may stop here
        IDynamicInvocationOperation => true,
        _ => false,
    };

    private bool MayThrow(IMethodSymbol method) => !_options.IsNonThrowing(method) && _context.Callees.MayThrow(method, _options, _search ?? new ThrowSearch());

    /// <summary>Going through an array, a span or a list; other enumerators may run anybody's code.</summary>
    private static bool IsOfForeach(IMethodSymbol method, IOperation call)
        => call.IsImplicit && method.Name is ("GetEnumerator" or "MoveNext" or "Dispose" or "get_Current") && method.ContainingNamespace.ToDisplayString().StartsWith("System", System.StringComparison.Ordinal)
            && (method.ContainingType.IsValueType || method.ContainingType.TypeKind == TypeKind.Class || !method.ContainingType.IsGenericType);

    /// <summary>.NET's allocators throw OutOfMemoryException.</summary>
    private static bool MayThrow(AllocationApi api) => api.Allocates && !api.IsPInvoke;

    private bool MayThrow(IObjectCreationOperation creation)
        => creation.Constructor is { } constructor && !constructor.IsImplicitlyDeclared && !IsException(creation.Type)
            && creation.Type?.SpecialType is not (SpecialType.System_IntPtr or SpecialType.System_UIntPtr) && MayThrow(constructor);

    private static bool MayThrow(IPropertySymbol property)
        => property.IsIndexer ? property.DeclaringSyntaxReferences.Length > 0 : property is { IsAbstract: true } or { IsVirtual: true } && property.DeclaringSyntaxReferences.Length > 0;

    private static bool IsConstructor(IInvocationOperation call) => call.TargetMethod.MethodKind == MethodKind.Constructor && call.IsImplicit;

    private static bool IsException(ITypeSymbol? type)
    {
        for (; type != null; type = type.BaseType)
            if (type is { Name: "Exception", ContainingNamespace.Name: "System" })
                return true;
        return false;
    }
}
