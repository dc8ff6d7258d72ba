using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace Faultline.Weaver.Probing;

/// <summary>An assembly's own P/Invokes that have to do with allocation.</summary>
internal readonly record struct PInvokeFacts(
    ImmutableArray<ExternMethod> Routable, ImmutableArray<(string EntryPoint, string Reason)> Unrouted, bool LooksUpExports)
{
    public static PInvokeFacts Read(MetadataReader metadata)
    {
        // The number of module references is that of the libraries imported from: none means no P/Invoke, and the method table stays unread.
        if (metadata.GetTableRowCount(TableIndex.ModuleRef) == 0)
            return new PInvokeFacts([], [], false);
        ImmutableArray<ExternMethod>.Builder routable = ImmutableArray.CreateBuilder<ExternMethod>();
        ImmutableArray<(string, string)>.Builder unrouted = ImmutableArray.CreateBuilder<(string, string)>();
        bool looksUp = false;
        foreach (MethodDefinitionHandle handle in metadata.MethodDefinitions)
        {
            MethodDefinition method = metadata.GetMethodDefinition(handle);
            if ((method.Attributes & MethodAttributes.PinvokeImpl) == 0 || method.GetImport() is not { Module.IsNil: false } import)
                continue;
            string entryPoint = metadata.GetString(import.Name.IsNil ? method.Name : import.Name);
            string module = metadata.GetString(metadata.GetModuleReference(import.Module).Name);
            looksUp |= entryPoint == "dlsym";
            if (ApiNames.IsLibcAllocator(entryPoint) && ApiNames.IsLibc(module))
                AddWithStub(routable, TypeNames.FullName(metadata, method.GetDeclaringType()), metadata.GetString(method.Name));
            else if (ApiNames.IsLibcAllocator(entryPoint))
                unrouted.Add((entryPoint, $"imported from '{module}', which is not the C library"));
            else if (ApiNames.IsLibcWithoutFacade(entryPoint) && ApiNames.IsLibc(module))
                unrouted.Add((entryPoint, "no facade stands for this function: it acts on the real heap"));
        }

        return new PInvokeFacts(routable.ToImmutable(), unrouted.ToImmutable(), looksUp);
    }

    /// <summary>LibraryImport's generator puts the P/Invoke into a local function of the stub, which the compiler names &lt;stub&gt;g____PInvoke|0_0.</summary>
    private static void AddWithStub(ImmutableArray<ExternMethod>.Builder routable, string type, string method)
    {
        routable.Add(new ExternMethod(type, method));
        int mark = method.IndexOf(">g____PInvoke|", StringComparison.Ordinal);
        if (mark > 1 && method[0] == '<')
            routable.Add(new ExternMethod(type, method[1..mark]));
    }
}
