using System.Collections.Generic;
using Faultline.Analyzers.Context;
using Faultline.Api;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>To whom one method gives its parameters, and from whom it has what it returns. Only calls by a name of interest are bound.</summary>
internal sealed class PassedOn
{
    public static readonly PassedOn Nothing = new(null, []);

    private readonly NameFlow? _flow;
    private readonly List<BoundCall> _calls;

    private PassedOn(NameFlow? flow, List<BoundCall> calls)
    {
        _flow = flow;
        _calls = calls;
    }

    public static PassedOn Read(SyntaxNode declaration, SemanticModel model, AllocationContext context)
    {
        List<BoundCall> calls = [];
        foreach (ExpressionSyntax call in CallsIn(declaration, context))
            if (model.GetSymbolInfo(call).Symbol is IMethodSymbol called && BoundCall.Of(call, called, context) is { } bound)
                calls.Add(bound);
        return calls.Count == 0 ? Nothing : new PassedOn(new NameFlow(declaration), calls);
    }

    /// <summary>The parameters of others that can get what the parameter holds, and whether they are the block of an API that gives it back.</summary>
    public IEnumerable<(IParameterSymbol Parameter, bool IsOfApi)> GivenFrom(IParameterSymbol parameter)
    {
        if (_flow == null)
            yield break;
        HashSet<string> holders = _flow.Reached([parameter.Name], source: null);
        foreach (BoundCall call in _calls)
            foreach (IParameterSymbol given in call.Given(holders))
                if (call.Api == null || call.Takes(given))
                    yield return (given, call.Api != null);
    }

    /// <summary>The methods whose answers can get to a return, and whether these are blocks for the caller to free.</summary>
    public IEnumerable<(IMethodSymbol Method, bool IsOwned)> Returned
    {
        get
        {
            foreach (BoundCall call in _calls)
                if (call.MayAnswer && _flow!.IsReturned(call.Syntax))
                    yield return (call.Method, call.IsOwned);
        }
    }

    /// <summary>Invocations and creations, in whose callee an API may be called.</summary>
    private static IEnumerable<ExpressionSyntax> CallsIn(SyntaxNode method, AllocationContext context)
    {
        foreach (int position in InvokedNames.Of(method.SyntaxTree).Find(context.Names, context.CallerNames, method.Span))
        {
            SyntaxToken name = method.FindToken(position);
            if (!InvokedNames.IsAt(name, position) || !(context.Names.Contains(name.ValueText) || context.CallerNames.Contains(name.ValueText)))
                continue;
            if (InvokedNames.InvocationOf(name) is { } invocation)
                yield return invocation;
            else if (name.Parent?.FirstAncestorOrSelf<ObjectCreationExpressionSyntax>() is { } creation && creation.Type.Span.Contains(name.Span))
                yield return creation;
        }
    }

    /// <summary>A call with the method that it calls.</summary>
    private sealed class BoundCall
    {
        private readonly bool _isOnReceiver;

        private BoundCall(ExpressionSyntax syntax, IMethodSymbol method, AllocationApi? api, bool isOwned, bool isOnReceiver)
        {
            Syntax = syntax;
            Method = method;
            Api = api;
            IsOwned = isOwned;
            _isOnReceiver = isOnReceiver;
        }

        public ExpressionSyntax Syntax { get; }

        public IMethodSymbol Method { get; }

        public AllocationApi? Api { get; }

        public bool IsOwned { get; }

        public bool MayAnswer => Api == null || Api.Allocates;

        /// <summary>Null for a method whose source is not at hand and that is no API.</summary>
        public static BoundCall? Of(ExpressionSyntax syntax, IMethodSymbol called, AllocationContext context)
        {
            IMethodSymbol method = MethodBodies.DefinitionOf(called.ReducedFrom ?? called);
            AllocationApi? api = context.Find(method);
            bool isOwned = api?.Allocates ?? Annotations.Answers(method);
            return api == null && !isOwned && method.DeclaringSyntaxReferences.IsEmpty ? null : new BoundCall(syntax, method, api, isOwned, called.ReducedFrom != null);
        }

        public bool Takes(IParameterSymbol parameter)
            => (Api!.Frees || Api.Effect == AllocationEffect.Reallocate) && parameter.Ordinal == Api.IndexOf(ParameterRole.Block);

        /// <summary>The parameters for which something is passed that one of the names can hold.</summary>
        public IEnumerable<IParameterSymbol> Given(HashSet<string> holders)
        {
            if (_isOnReceiver && Syntax is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax access } && NameFlow.Carries(access.Expression, holders, null))
                yield return Method.Parameters[0];
            int position = _isOnReceiver ? 1 : 0;
            foreach (ArgumentSyntax argument in NameFlow.ArgumentsOf(Syntax)?.Arguments ?? default)
            {
                if (NameFlow.Carries(argument, holders, null) && ParameterOf(argument, position) is { } parameter)
                    yield return parameter;
                position++;
            }
        }

        private IParameterSymbol? ParameterOf(ArgumentSyntax argument, int position)
        {
            if (argument.NameColon == null)
                return position < Method.Parameters.Length ? Method.Parameters[position] : null;
            foreach (IParameterSymbol parameter in Method.Parameters)
                if (parameter.Name == argument.NameColon.Name.Identifier.ValueText)
                    return parameter;
            return null;
        }
    }
}
