using System.Collections.Immutable;
using System.Linq;
using Faultline.Analyzers.Context;
using Faultline.Analyzers.Flow.Pointers;
using Faultline.Api;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Flow.Ownership;

internal sealed partial class OwnershipEvaluator
{
    public override Value VisitInvocation(IInvocationOperation operation, object? argument)
    {
        IMethodSymbol method = operation.TargetMethod;
        if (Context.Find(method) is { } api)
            return VisitApi(new AllocationCall(api, operation));
        if (method is { Name: "Exchange" or "CompareExchange", ContainingType.Name: "Interlocked" })
            return VisitExchange(operation);
        Value instance = Receiver(operation);
        if (method.MethodKind == MethodKind.LocalFunction)
            EscapeCaptured(method);
        if (IsSpan(method.ContainingType) && operation.Instance != null)
            return VisitSpanMethod(operation, instance);

        Value[] arguments = EvaluateAll(operation.Arguments);
        CalleeEffect effect = Matters(method, arguments) ? _scope.EffectOf(method) : CalleeEffect.Unknown;
        Apply(effect, operation.Arguments, arguments, operation.Syntax);
        if (World != null && _scope.MayWriteFields(method))
            World = _conditions.ForgetChangeable(World.ForgetFields());
        if (!Returns(method))
        {
            World = null;
            return Value.Unknown;
        }

        AssumeAsserted(operation);
        if (MovedByUnsafe(operation, arguments) is { } moved)
            return method.ReturnsByRef ? Read(moved, operation) : moved;
        if (IsAddressMethod(method))
            return method.IsStatic ? Added(operation) : instance;
        if (IsOfNullable(method, "GetValueOrDefault"))
            return operation.Arguments.IsEmpty ? instance : instance.Join(arguments[0]);
        Value result = Result(effect, operation.Arguments, arguments, operation.Syntax);
        return method.ReturnsByRef || method.ReturnsByRefReadonly ? Read(result, operation) : result;
    }

    /// <summary>A call that answers a reference, where what it refers to is read.</summary>
    private Value Read(Value reference, IInvocationOperation call)
    {
        if (_bound == call)
            return reference;
        Use(reference, call.Syntax);
        return Value.Unknown;
    }

    /// <summary>The object of a call. A struct that lies in a block may give that block back, as `block->Release()` does: then its method takes its own address.</summary>
    private Value Receiver(IInvocationOperation call)
    {
        if (call.Instance is not { Type.IsValueType: true } receiver || IsSpan(receiver.Type) || !LiesInMemory(receiver))
            return Evaluate(call.Instance);
        Value address = AddressOf(receiver);
        Use(address, receiver.Syntax);
        if (_scope.TakesOwnAddress(call.TargetMethod))
            Escape(address);
        return Value.Unknown;
    }

    public override Value VisitObjectCreation(IObjectCreationOperation operation, object? argument)
    {
        if (operation.Type?.SpecialType is SpecialType.System_IntPtr or SpecialType.System_UIntPtr && operation.Arguments.Length == 1)
            return Evaluate(operation.Arguments[0].Value);
        if (IsSpan(operation.Type) && operation.Arguments.Length > 0)
        {
            foreach (IArgumentOperation length in operation.Arguments.Skip(1))
                Evaluate(length.Value);
            IOperation start = operation.Arguments[0].Value;
            return operation.Arguments[0].Parameter?.RefKind is RefKind.None or null ? Evaluate(start) : AddressOf(start);
        }

        if (operation.Constructor is not { } constructor)
            return DefaultVisit(operation, argument);
        Apply(_scope.EffectOfCreation(operation), operation.Arguments, EvaluateAll(operation.Arguments), operation.Syntax);
        Escape(Evaluate(operation.Initializer));
        if (World != null && FieldEffects.MayWriteFields(constructor))
            World = _conditions.ForgetChangeable(World.ForgetFields());
        return operation.Type?.IsReferenceType == true ? Value.NonZero : Value.Unknown;
    }

    public override Value VisitPropertyReference(IPropertyReferenceOperation operation, object? argument)
    {
        if (_places.Of(operation) != null)
            return Read(operation);
        Value instance = Evaluate(operation.Instance);
        if (IsOfNullable(operation, "Value"))
            return instance;
        foreach (IArgumentOperation index in operation.Arguments)
            Escape(Evaluate(index.Value));
        if (IsSpan(operation.Property.ContainingType) && operation.Property.IsIndexer)
            Use(instance, operation.Instance!.Syntax);
        if (operation.Property.GetMethod is { } getter && World != null && FieldEffects.MayWriteFields(getter) && !_scope.IsPlain(operation.Property))
            World = World.ForgetFields();
        return Value.Unknown;
    }

    public override Value VisitAwait(IAwaitOperation operation, object? argument)
    {
        Escape(Evaluate(operation.Operation));
        World = World == null ? null : _conditions.ForgetChangeable(World.ForgetFields());
        return Value.Unknown;
    }

    private Value[] EvaluateAll(ImmutableArray<IArgumentOperation> passed)
    {
        Value[] values = new Value[passed.Length];
        for (int i = 0; i < passed.Length; i++)
            values[i] = passed[i].Parameter is { RefKind: not RefKind.None } ? AddressOfArgument(passed[i]) : Evaluate(passed[i].Value);
        return values;
    }

    /// <summary>The source of a callee need not be read if nothing that is followed is passed to it and its name is none of those that allocate or free.</summary>
    private bool Matters(IMethodSymbol method, Value[] arguments)
        => method.DeclaringSyntaxReferences.IsEmpty || method.MethodKind == MethodKind.LocalFunction || _scope.IsOfInterest(method.Name) || System.Array.Exists(arguments, static argument => !argument.Targets.IsEmpty);

    /// <summary>Lets the callee do with its arguments what it does.</summary>
    private void Apply(CalleeEffect effect, ImmutableArray<IArgumentOperation> passed, Value[] values, SyntaxNode call)
    {
        for (int i = 0; i < passed.Length && World != null; i++)
        {
            int ordinal = passed[i].Parameter?.Ordinal ?? 0;
            ParameterEffect done = effect.Of(ordinal);
            RefKind kind = passed[i].Parameter?.RefKind ?? RefKind.None;
            if (MemberPlaces.VariableOf(Numbers.Constants.WithoutConversions(passed[i].Value)) is { } holder)
                ForgetMembersOf(holder);
            if (kind is RefKind.Ref or RefKind.Out && values[i].Targets.All(target => _scope.Sites[target.Site].Kind == SiteKind.Variable))
            {
                if (kind == RefKind.Ref)
                    Forget(passed[i].Value);
            }
            else if ((done & ParameterEffect.Frees) != 0)
                Release(call, passed[i].Value, values[i], SiteStatus.Freed);
            else if ((done & ParameterEffect.Escapes) != 0)
            {
                if (ReferenceEquals(effect, CalleeEffect.Native) || passed[i].Parameter?.Type is IPointerTypeSymbol { PointedAtType.SpecialType: not SpecialType.System_Void })
                    Use(values[i], passed[i].Syntax);
                Escape(values[i]);
                if (kind is RefKind.In or RefKind.RefReadOnlyParameter && Pointers.IsPointerLike(passed[i].Parameter!.Type))
                    Escape(Evaluate(passed[i].Value));
            }
            else if ((done & ParameterEffect.Uses) != 0)
                Use(values[i], passed[i].Syntax);
        }

        foreach (IArgumentOperation argument in passed)
            if (argument.Parameter is { RefKind: RefKind.Out })
                Overwrite(argument.Value);
    }

    private Value AddressOfArgument(IArgumentOperation argument)
        => argument.Value is IDeclarationExpressionOperation or IDiscardOperation ? Value.Unknown : AddressOf(argument.Value);

    private Value Result(CalleeEffect effect, ImmutableArray<IArgumentOperation> passed, Value[] values, SyntaxNode call)
    {
        if (World == null)
            return Value.Unknown;
        if (effect.Returns is { } source)
            return Allocate(call, source);
        if (effect.ReturnsManaged)
            return Foreign(call, SiteKind.Managed);
        for (int i = 0; i < passed.Length; i++)
            if (passed[i].Parameter?.Ordinal == effect.ReturnsParameter)
                return IsManaged(passed[i].Parameter!.Type) ? Foreign(call, SiteKind.Managed) : effect.ReturnsStart ? values[i] : values[i].Anywhere();
        return Value.Unknown;
    }

    private Value VisitApi(AllocationCall call)
    {
        AllocationApi api = call.Api;
        Value block = Value.Unknown;
        Value text = Value.Unknown;
        IOperation? pointer = call.Argument(ParameterRole.Block);
        foreach (IArgumentOperation passed in call.Invocation.Arguments)
        {
            if (passed.Parameter?.Ordinal == api.IndexOf(ParameterRole.OutBlock))
                continue;
            Value value = Evaluate(passed.Value);
            if (passed.Parameter?.Ordinal == api.IndexOf(ParameterRole.Block))
                block = value;
            else if (passed.Parameter?.Ordinal == api.IndexOf(ParameterRole.Text))
                text = value;
        }

        if (World == null)
            return Value.Unknown;
        if (IsPlacement(api, pointer, block))
        {
            Escape(block);
            return Value.Unknown;
        }

        if (api.Frees || api.Effect == AllocationEffect.Reallocate)
            Log.Give(call, block, _scope.Sites);
        if (api.Frees)
            FreeBlock(call, pointer, block);
        else if (api.Effect is AllocationEffect.Query or AllocationEffect.Advise)
            Use(block, call.Syntax);
        if (!api.Allocates || text.IsZero)
            return text.IsZero ? Value.Zero : Value.Unknown;
        return api.Effect == AllocationEffect.Reallocate ? Resize(call, pointer, block) : Grant(call);
    }

    /// <summary>mmap at an address that the program chooses, and mremap of a range that it did not get from mmap here, lay out address space that has an owner.</summary>
    private bool IsPlacement(AllocationApi api, IOperation? pointer, Value block)
        => api.Family == AllocationFamily.Mapping && api.Allocates && pointer != null
            && (api.Effect == AllocationEffect.Reallocate ? block.Targets.IsEmpty || _scope.Sites[block.Targets[0].Site].Kind != SiteKind.Block : !block.IsZero);

    private void FreeBlock(AllocationCall call, IOperation? pointer, Value block)
    {
        Log.CheckExchanged(call.Syntax, pointer == null ? null : _places.Of(Numbers.Constants.WithoutConversions(pointer)), block, World!);
        if (call.Api.Family == AllocationFamily.Mapping && block.Targets.Any(target => target.Low != 0 || target.High != 0))
            Escape(block); // a part of a mapping may be unmapped
        else
            Release(call.Syntax, pointer, block, SiteStatus.Freed);
    }

    private Value Resize(AllocationCall call, IOperation? pointer, Value block)
    {
        Release(call.Syntax, pointer, block, SiteStatus.Resized);
        if (pointer != null && _places.Of(Numbers.Constants.WithoutConversions(pointer)) is { } place && World != null)
            block = World[place]; // known by now, if only as what has been resized
        int old = block.Targets.Length == 1 ? block.Targets[0].Site : -1;
        return Allocate(call.Syntax, _scope.SourceOf(call.Api), old);
    }

    private Value Grant(AllocationCall call)
    {
        Value block = Allocate(call.Syntax, _scope.SourceOf(call.Api));
        if (call.Argument(ParameterRole.OutBlock) is not { } target)
            return block;
        IOperation written = Numbers.Constants.WithoutConversions(target);
        if (written is IAddressOfOperation address)
            Write(address.Reference, block, call.Syntax);
        else if (target.Type is IPointerTypeSymbol { PointedAtType: IPointerTypeSymbol } && written is not IDeclarationExpressionOperation)
            Escape(block); // stored where the pointer leads
        else
            Write(written, block, call.Syntax);
        Value answer = Value.Deciding(block.Targets[0].Site, grantsByZero: true);
        World = World?.Set(_places.OfCall(call.Syntax), answer);
        return answer;
    }

    /// <summary>A method that is documented not to return, or a condition under which it does not.</summary>
    private void AssumeAsserted(IInvocationOperation call)
    {
        foreach (IArgumentOperation argument in call.Arguments)
            if (World != null && argument.Parameter is { } parameter && _scope.DoesNotReturnIf(parameter) is { } when)
                World = Assume(argument.Value, !when);
    }

    private bool Returns(IMethodSymbol method) => !_scope.NeverReturns(method);
}
