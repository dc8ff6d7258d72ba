using Mono.Cecil;

namespace Faultline.Weaver.Rewriting;

/// <summary>
/// What SetLastError = true does around a P/Invoke: errno is cleared before the call and kept for Marshal.GetLastPInvokeError after it.
/// The references name System.Runtime.InteropServices, which every runtime since .NET Core 1 has and forwards from.
/// </summary>
internal sealed class LastErrorReferences(ModuleDefinition module)
{
    private TypeReference? marshal;

    public MethodReference SetLastSystemError => Take("SetLastSystemError");

    public MethodReference GetLastSystemError => new("GetLastSystemError", module.TypeSystem.Int32, Marshal());

    public MethodReference SetLastPInvokeError => Take("SetLastPInvokeError");

    private MethodReference Take(string name)
        => new(name, module.TypeSystem.Void, Marshal()) { Parameters = { new ParameterDefinition(module.TypeSystem.Int32) } };

    private TypeReference Marshal()
    {
        const string Assembly = "System.Runtime.InteropServices";
        if (marshal is not null)
            return marshal;
        AssemblyNameReference? scope = module.AssemblyReferences.FirstOrDefault(reference => reference.Name == Assembly);
        if (scope is null)
        {
            scope = new AssemblyNameReference(Assembly, new Version(0, 0, 0, 0)) { PublicKeyToken = [0xb0, 0x3f, 0x5f, 0x7f, 0x11, 0xd5, 0x0a, 0x3a] };
            module.AssemblyReferences.Add(scope);
        }

        return marshal = new TypeReference(Assembly, "Marshal", module, scope);
    }
}
