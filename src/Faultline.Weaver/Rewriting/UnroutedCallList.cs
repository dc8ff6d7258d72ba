using Mono.Cecil;

namespace Faultline.Weaver.Rewriting;

/// <summary>Collects, for the summary, what was seen and had to stay with the real allocator.</summary>
internal sealed class UnroutedCallList(string assembly)
{
    private readonly List<UnroutedCall> calls = [];

    public IReadOnlyList<UnroutedCall> Calls => calls;

    public void Add(string api, MethodDefinition method, string reason)
        => calls.Add(new UnroutedCall(api, $"{assembly}!{SourceNames.TypeOf(method)}.{SourceNames.MethodOf(method)}", reason));
}
