// Compile-time routing. For each call of an allocation API the compiler is given an interceptor, a method that it calls instead: the
// shim's facade of that API with the number of the call site. See "interceptors" in the C# compiler's documentation (features/interceptors.md
// of dotnet/roslyn). Binding a call is what costs, so that calls are first chosen by their names.

using System.Collections.Generic;
using System.Collections.Immutable;
using System.Threading;
using Faultline.Interceptors.Calls;
using Faultline.Interceptors.Emission;
using Faultline.Interceptors.Sites;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Faultline.Interceptors;

/// <summary>Routes a project's allocation calls to the shim where its property FaultlineRouting is true; else adds nothing.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class InterceptorGenerator : IIncrementalGenerator
{
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValueProvider<RoutingSettings> settings = context.AnalyzerConfigOptionsProvider.Combine(context.CompilationProvider)
            .Select(static (pair, _) => RoutingSettings.Read(pair.Left.GlobalOptions, pair.Right));
        IncrementalValueProvider<ImmutableArray<RoutedCall?>> known = context.SyntaxProvider
            .CreateSyntaxProvider(static (node, _) => InvokedNames.IsKnown(node), static (call, cancel) => Bind(call, cancel))
            .Where(static call => call != null).Collect();
        IncrementalValueProvider<ImmutableArray<RoutedCall?>> renamed = RenamedImports(context, "System.Runtime.InteropServices.DllImportAttribute")
            .Combine(RenamedImports(context, "System.Runtime.InteropServices.LibraryImportAttribute"))
            .Combine(context.CompilationProvider)
            .Select(static (given, cancel) => FindCalls(given.Left.Left, given.Left.Right, given.Right, cancel))
            .WithComparer(SequenceComparer.Instance);
        context.RegisterSourceOutput(known.Combine(renamed).Combine(settings), static (output, given) =>
        {
            if (given.Right.IsOn)
                output.AddSource("Faultline.Routing.g.cs", InterceptorSource.Write(given.Left.Left, given.Left.Right, given.Right));
        });
    }

    private static RoutedCall? Bind(GeneratorSyntaxContext call, CancellationToken cancel)
        => RoutedCall.TryCreate((InvocationExpressionSyntax)call.Node, call.SemanticModel, cancel);

    /// <summary>Names of P/Invokes that are not called as the function that they import, which the filter by name would miss.</summary>
    private static IncrementalValueProvider<ImmutableArray<string?>> RenamedImports(IncrementalGeneratorInitializationContext context, string attribute)
        => context.SyntaxProvider.ForAttributeWithMetadataName(attribute, static (node, _) => node is MethodDeclarationSyntax,
            static (method, _) => method.TargetSymbol is IMethodSymbol symbol && LibcImport.Of(symbol) is not null && !InvokedNames.IsKnown(symbol.Name) ? symbol.Name : null)
            .Where(static name => name != null).Collect();

    /// <summary>The calls of such P/Invokes. Rare, so that nothing is kept from one compilation for the next.</summary>
    private static ImmutableArray<RoutedCall?> FindCalls(
        ImmutableArray<string?> byDllImport, ImmutableArray<string?> byLibraryImport, Compilation compilation, CancellationToken cancel)
    {
        HashSet<string?> names = [.. byDllImport, .. byLibraryImport];
        if (names.Count == 0)
            return [];
        ImmutableArray<RoutedCall?>.Builder calls = ImmutableArray.CreateBuilder<RoutedCall?>();
        foreach (SyntaxTree tree in compilation.SyntaxTrees)
        {
            SemanticModel? model = null;
            foreach (SyntaxNode node in tree.GetRoot(cancel).DescendantNodes())
                if (node is InvocationExpressionSyntax invocation && names.Contains(InvokedNames.Of(invocation))
                    && RoutedCall.TryCreate(invocation, model ??= compilation.GetSemanticModel(tree), cancel) is { } call)
                    calls.Add(call);
        }

        return calls.ToImmutable();
    }

    private sealed class SequenceComparer : IEqualityComparer<ImmutableArray<RoutedCall?>>
    {
        public static readonly SequenceComparer Instance = new();

        public bool Equals(ImmutableArray<RoutedCall?> x, ImmutableArray<RoutedCall?> y)
        {
            if (x.Length != y.Length)
                return false;
            for (int i = 0; i < x.Length; i++)
                if (!Equals(x[i], y[i]))
                    return false;
            return true;
        }

        public int GetHashCode(ImmutableArray<RoutedCall?> calls) => calls.Length;
    }
}
