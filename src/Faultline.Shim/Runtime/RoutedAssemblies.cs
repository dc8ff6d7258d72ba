using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Faultline.Shim.Runtime;

/// <summary>
/// Finds assemblies that the compiler routed before their first line runs. Such an assembly says what it has when its module is entered, and
/// a library may be loaded late: after somebody wanted to know whether the process is routed.
/// </summary>
internal static class RoutedAssemblies
{
    private static readonly string s_shim = typeof(RoutedAssemblies).Assembly.GetName().Name!;

    /// <summary>Loads what an assembly refers to, as far as it refers to the shim itself, and enters it. Answers whether there are routed calls.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Ahead of time compiled programs enter all their modules at the start.")]
    public static bool Enter(Assembly start)
    {
        HashSet<string> known = [];
        Queue<Assembly> left = new([start]);
        while (left.TryDequeue(out Assembly? assembly))
        {
            AssemblyName[] references = assembly.GetReferencedAssemblies();
            if (references.Any(reference => reference.Name == s_shim))
                RuntimeHelpers.RunModuleConstructor(assembly.ManifestModule.ModuleHandle);
            foreach (AssemblyName reference in references)
                if (!IsFrameworks(reference.Name!) && known.Add(reference.Name!) && Load(reference) is { } found)
                    left.Enqueue(found);
        }

        return CompiledSites.Count > 0;
    }

    /// <summary>They are many, and none of them is routed.</summary>
    private static bool IsFrameworks(string name) => name is "mscorlib" or "netstandard" || name.StartsWith("System.", StringComparison.Ordinal) || name == "System";

    private static Assembly? Load(AssemblyName name)
    {
        try
        {
            return Assembly.Load(name);
        }
        catch (Exception e) when (e is IOException or BadImageFormatException)
        {
            // It is not there, and will not be called either.
            return null;
        }
    }
}
