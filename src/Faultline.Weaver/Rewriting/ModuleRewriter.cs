// The order of work on one assembly: externs get their twins, then LibraryImport's stubs, then every call is redirected. Twins come
// first because a call can only be redirected to what exists.

using Faultline.Api;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace Faultline.Weaver.Rewriting;

internal sealed class ModuleRewriter
{
    private readonly ModuleDefinition module;
    private readonly Facades facades;
    private readonly RoutingTargets targets;
    private readonly SiteList sites;
    private readonly UnroutedCallList unrouted;
    private readonly List<TwinExport> exports = [];

    public ModuleRewriter(ModuleDefinition module, int firstSite, IReadOnlyDictionary<string, TwinExport> foreignTwins)
    {
        this.module = module;
        facades = new Facades(module);
        targets = new RoutingTargets(facades, foreignTwins);
        sites = new SiteList(module.Assembly.Name.Name, firstSite);
        unrouted = new UnroutedCallList(module.Assembly.Name.Name);
    }

    public IReadOnlyList<WovenSite> Sites => sites.Sites;

    public IReadOnlyList<UnroutedCall> UnroutedCalls => unrouted.Calls;

    public IReadOnlyList<TwinExport> Exports => exports;

    public void Rewrite()
    {
        MethodDefinition[] methods = [.. module.GetTypes().SelectMany(type => type.Methods)];
        List<(MethodDefinition Stub, AllocationApi Api)> stubs = FindStubs(methods);
        AddExternTwins(methods);
        CallRewriter calls = new(targets, new FunctionPointerThunks(module), sites, unrouted);
        List<MethodDefinition> stubTwins = AddStubTwins(stubs);
        foreach (MethodDefinition method in methods)
            if (method.HasBody && !targets.TryGetTwin(method, out _))
                calls.Rewrite(method);
        foreach (MethodDefinition twin in stubTwins)
            calls.RewriteTwin(twin);
    }

    private void AddExternTwins(MethodDefinition[] methods)
    {
        LastErrorReferences errors = new(module);
        foreach (MethodDefinition method in methods)
        {
            if (ExternTwin.Match(method) is not { } api)
                continue;
            if (ExternTwin.WhyNot(method, api) is { } reason)
            {
                unrouted.Add(api.DisplayName, method, reason);
                continue;
            }

            MethodDefinition twin = ExternTwin.Add(method, facades.OfLibc(api), errors);
            Register(method, api, twin);
            twin.Body.OptimizeMacros();
        }
    }

    /// <summary>
    /// A stub is what LibraryImport generates when arguments need converting or errno must be kept: it calls an extern that the
    /// compiler hid in it as a local function. The line that matters is that of the stub's caller.
    /// </summary>
    private static List<(MethodDefinition Stub, AllocationApi Api)> FindStubs(MethodDefinition[] methods)
    {
        List<(MethodDefinition, AllocationApi)> stubs = [];
        foreach (MethodDefinition inner in methods)
        {
            if (ExternTwin.Match(inner) is not { } api || ExternTwin.WhyNot(inner, api) is not null)
                continue;
            int mark = inner.Name.IndexOf(">g____PInvoke|", StringComparison.Ordinal);
            if (mark < 2)
                continue;
            string name = inner.Name[1..mark];
            MethodDefinition? stub = inner.DeclaringType.Methods.FirstOrDefault(method => method.Name == name && method is { HasBody: true, IsStatic: true }
                && method.Body.Instructions.Any(instruction => instruction.Operand == inner));
            if (stub is not null)
                stubs.Add((stub, api));
        }

        return stubs;
    }

    private List<MethodDefinition> AddStubTwins(List<(MethodDefinition Stub, AllocationApi Api)> stubs)
    {
        List<MethodDefinition> twins = [];
        foreach ((MethodDefinition stub, AllocationApi api) in stubs)
        {
            MethodDefinition twin = TwinMethod.Declare(stub);
            TwinMethod.MoveBody(stub, twin);
            Register(stub, api, twin);
            twins.Add(twin);
        }

        return twins;
    }

    private void Register(MethodDefinition method, AllocationApi api, MethodDefinition twin)
    {
        TwinMethod.Forward(method, twin, sites.AddExtern(method, api));
        method.Body.OptimizeMacros();
        targets.AddTwin(method, api, twin);
        exports.Add(new TwinExport(TwinExport.KeyOf(module.Assembly.Name.Name, method), api));
    }
}
