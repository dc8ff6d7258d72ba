using System.Collections.Generic;
using System.Reflection;
using Faultline.Api;
using Microsoft.CodeAnalysis;

namespace Faultline.Interceptors.Calls;

/// <summary>A P/Invoke of one of the C library's allocation functions, by DllImport or LibraryImport.</summary>
internal sealed class LibcImport(AllocationApi api, bool keepsError, bool preservesSignature)
{
    private const string LibraryImport = "System.Runtime.InteropServices.LibraryImportAttribute";

    private static readonly Dictionary<string, AllocationApi> s_byEntryPoint = AllocationApis.ImportsByEntryPoint();

    public AllocationApi Api { get; } = api;

    /// <summary>SetLastError = true: the caller reads errno by Marshal.GetLastPInvokeError.</summary>
    public bool KeepsError { get; } = keepsError;

    public bool PreservesSignature { get; } = preservesSignature;

    /// <summary>Null for other methods, other functions and other libraries.</summary>
    public static LibcImport? Of(IMethodSymbol method)
    {
        if (method.GetDllImportData() is { } data)
        {
            bool preserves = (method.MethodImplementationFlags & MethodImplAttributes.PreserveSig) != 0;
            return Find(data.ModuleName, data.EntryPointName ?? method.Name) is { } api ? new(api, data.SetLastError, preserves) : null;
        }

        foreach (AttributeData attribute in method.GetAttributes())
            if (attribute.AttributeClass?.Name == "LibraryImportAttribute" && attribute.AttributeClass.ToDisplayString() == LibraryImport)
                return OfLibraryImport(method, attribute);
        return null;
    }

    private static LibcImport? OfLibraryImport(IMethodSymbol method, AttributeData attribute)
    {
        string? module = attribute.ConstructorArguments.Length == 1 ? attribute.ConstructorArguments[0].Value as string : null;
        string entryPoint = method.Name;
        bool keepsError = false;
        foreach (KeyValuePair<string, TypedConstant> named in attribute.NamedArguments)
        {
            if (named is { Key: "EntryPoint", Value.Value: string given })
                entryPoint = given;
            keepsError |= named is { Key: "SetLastError", Value.Value: true };
        }

        return Find(module, entryPoint) is { } api ? new(api, keepsError, preservesSignature: true) : null;
    }

    private static AllocationApi? Find(string? module, string entryPoint)
    {
        if (!s_byEntryPoint.TryGetValue(entryPoint, out AllocationApi? api))
            return null;
        foreach (string name in AllocationApis.LibcModules)
            if (name == module)
                return api;
        return null;
    }
}
