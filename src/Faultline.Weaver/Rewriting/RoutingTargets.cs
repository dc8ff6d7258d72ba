using Faultline.Api;
using Mono.Cecil;

namespace Faultline.Weaver.Rewriting;

/// <summary>What a call is redirected to: <see cref="Method"/> takes the call's own arguments, then the site.</summary>
internal readonly record struct RoutingTarget(AllocationApi Api, MethodReference Method);

/// <summary>Answers, for each method that is called, where its call goes: to a facade, or to a twin in this assembly or another.</summary>
internal sealed class RoutingTargets(Facades facades, IReadOnlyDictionary<string, TwinExport> foreignTwins)
{
    private readonly Dictionary<MethodDefinition, RoutingTarget> twins = [];
    private readonly Dictionary<MethodReference, RoutingTarget?> found = [];

    public void AddTwin(MethodDefinition method, AllocationApi api, MethodDefinition twin) => twins.Add(method, new RoutingTarget(api, twin));

    public bool TryGetTwin(MethodDefinition method, out RoutingTarget target) => twins.TryGetValue(method, out target);

    public RoutingTarget? Find(MethodReference called)
    {
        if (called is MethodDefinition own)
            return twins.TryGetValue(own, out RoutingTarget twin) ? twin : null;
        if (called is GenericInstanceMethod || called.DeclaringType is TypeSpecification)
            return null;
        if (!found.TryGetValue(called, out RoutingTarget? target))
            found.Add(called, target = Look(called));
        return target;
    }

    private RoutingTarget? Look(MethodReference called)
    {
        if (Facades.Match(called) is { } api)
            return new RoutingTarget(api, facades.Of(api, called));
        if (foreignTwins.Count == 0 || called.HasThis || called.DeclaringType.Scope is not AssemblyNameReference assembly
            || !foreignTwins.TryGetValue(TwinExport.KeyOf(assembly.Name, called), out TwinExport? export))
            return null;
        MethodReference twin = new(TwinMethod.NameOf(called.Name), called.ReturnType, called.DeclaringType);
        foreach (ParameterDefinition parameter in called.Parameters)
            twin.Parameters.Add(new ParameterDefinition(parameter.ParameterType));
        twin.Parameters.Add(new ParameterDefinition(called.Module.TypeSystem.Int32));
        return new RoutingTarget(export.Api, twin);
    }
}
