using Faultline.Names;
using Mono.Cecil;

namespace Faultline.Weaver.Rewriting;

/// <summary>What the user called a type and a method, read from their metadata.</summary>
internal static class SourceNames
{
    /// <summary>The innermost enclosing type that the user wrote: Space.Outer.Inner, Space.Pool&lt;T&gt;.</summary>
    public static string TypeOf(MethodDefinition method)
    {
        TypeDefinition type = method.DeclaringType;
        while (CompiledNames.IsCompilerMade(type.Name) && type.DeclaringType != null)
            type = type.DeclaringType;
        return FullName(type);
    }

    /// <summary>The method that the user wrote: Foo, Foo (lambda), Inner (in Foo), Main for top-level statements.</summary>
    public static string MethodOf(MethodDefinition method) => CompiledNames.Method(method.DeclaringType.Name, method.Name, name => Plain(name, method));

    private static string FullName(TypeDefinition type)
    {
        if (type.DeclaringType is { } outer)
            return FullName(outer) + "." + Simple(type);
        return type.Namespace.Length == 0 ? Simple(type) : type.Namespace + "." + Simple(type);
    }

    private static string Plain(string name, MethodDefinition method)
    {
        switch (name)
        {
            case ".ctor":
                return Simple(method.DeclaringType) + " (constructor)";
            case ".cctor":
                return Simple(method.DeclaringType) + " (static constructor)";
            case "Finalize" when method.IsVirtual && !method.HasParameters:
                return "~" + Simple(method.DeclaringType);
        }

        return (method.IsSpecialName ? CompiledNames.Accessor(name) : null) ?? CompiledNames.WithoutInterfaceNamespace(name);
    }

    /// <summary>List`1 becomes List&lt;T&gt;. A nested type repeats its outer type's parameters, which are not shown again.</summary>
    private static string Simple(TypeDefinition type)
    {
        int tick = type.Name.IndexOf('`');
        if (tick < 0)
            return type.Name;
        int inherited = type.DeclaringType?.GenericParameters.Count ?? 0;
        return $"{type.Name[..tick]}<{string.Join(", ", type.GenericParameters.Skip(inherited).Select(parameter => parameter.Name))}>";
    }
}
