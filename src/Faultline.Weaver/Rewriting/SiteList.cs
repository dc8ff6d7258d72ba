using Faultline.Api;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Faultline.Weaver.Rewriting;

/// <summary>Hands out site ids for one assembly, counting up from the first one that is free in the application.</summary>
internal sealed class SiteList(string assembly, int firstId)
{
    private readonly List<WovenSite> sites = [];

    public IReadOnlyList<WovenSite> Sites => sites;

    /// <summary>A call in a method's body.</summary>
    public int Add(MethodDefinition method, Instruction at, AllocationApi api)
    {
        (string? file, int line) = new SourceLines(method).Find(at);
        return Add(method, api, file, line);
    }

    /// <summary>An extern as a whole: where a call comes from that was not rewritten (reflection, an assembly outside of the application).</summary>
    public int AddExtern(MethodDefinition method, AllocationApi api) => Add(method, api, null, 0);

    private int Add(MethodDefinition method, AllocationApi api, string? file, int line)
    {
        int id = firstId + sites.Count;
        sites.Add(new WovenSite(id, assembly, SourceNames.TypeOf(method), SourceNames.MethodOf(method), api.DisplayName, file, line));
        return id;
    }
}
