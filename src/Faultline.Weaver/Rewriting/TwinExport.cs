using Faultline.Api;
using Mono.Cecil;

namespace Faultline.Weaver.Rewriting;

/// <summary>A twin that other assemblies of the application may call: <see cref="Key"/> names the method that it is a twin of.</summary>
internal sealed record TwinExport(string Key, AllocationApi Api)
{
    /// <summary>Assembly and full signature. An assembly's own definition and another's reference to it give the same text.</summary>
    public static string KeyOf(string assembly, MethodReference method) => assembly + "!" + method.FullName;
}
