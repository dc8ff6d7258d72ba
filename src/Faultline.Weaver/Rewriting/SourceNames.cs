// The C# compiler moves code: lambdas into <>c classes, local functions into <Outer>g__Inner|0_1 methods, async methods and iterators
// into MoveNext of a nested <Method>d__3 type. F# makes one class per closure, named closure@line. A report names what the user wrote.

using Mono.Cecil;

namespace Faultline.Weaver.Rewriting;

internal static class SourceNames
{
    /// <summary>The innermost enclosing type that the user wrote: Space.Outer.Inner, Space.Pool&lt;T&gt;.</summary>
    public static string TypeOf(MethodDefinition method)
    {
        TypeDefinition type = method.DeclaringType;
        while (IsCompilerMade(type.Name) && type.DeclaringType != null)
            type = type.DeclaringType;
        return FullName(type);
    }

    private static string FullName(TypeDefinition type)
    {
        if (type.DeclaringType is { } outer)
            return FullName(outer) + "." + Simple(type);
        return type.Namespace.Length == 0 ? Simple(type) : type.Namespace + "." + Simple(type);
    }

    /// <summary>The method that the user wrote: Foo, Foo (lambda), Inner (in Foo), Main for top-level statements.</summary>
    public static string MethodOf(MethodDefinition method)
    {
        // A state machine's type carries the method's name; the machine of a lambda is named by the lambda's own compiled name.
        string type = method.DeclaringType.Name;
        if (Between(type) is (string machine, ['d', ..]))
            return MethodName(machine, method);
        int at = type.IndexOf('@');
        return at > 0 && method.Name.StartsWith("Invoke", StringComparison.Ordinal) ? type[..at] + " (lambda)" : MethodName(method.Name, method);
    }

    private static string MethodName(string compiled, MethodDefinition method)
    {
        if (Between(compiled) is (string inner, string tail))
            return Unwrap(inner, tail, method);
        switch (compiled)
        {
            case ".ctor":
                return Simple(method.DeclaringType) + " (constructor)";
            case ".cctor":
                return Simple(method.DeclaringType) + " (static constructor)";
            case "Finalize" when method.IsVirtual && !method.HasParameters:
                return "~" + Simple(method.DeclaringType);
        }

        if (method.IsSpecialName && compiled.Length > 4 && (compiled.StartsWith("get_", StringComparison.Ordinal) || compiled.StartsWith("set_", StringComparison.Ordinal)))
            return $"{compiled[4..]} ({compiled[..3]})";
        return WithoutInterfaceNamespace(compiled);
    }

    /// <summary>&lt;Foo&gt;b__0 is a lambda in Foo, &lt;Foo&gt;g__Bar|0_1 the local function Bar; &lt;Main&gt;$ holds top-level statements.</summary>
    private static string Unwrap(string inner, string tail, MethodDefinition method)
    {
        string outer = MethodName(inner, method);
        if (tail.StartsWith("b__", StringComparison.Ordinal))
            return outer + " (lambda)";
        if (!tail.StartsWith("g__", StringComparison.Ordinal))
            return outer;
        int bar = tail.IndexOf('|');
        return $"{(bar < 0 ? tail[3..] : tail[3..bar])} (in {outer})";
    }

    /// <summary>Splits &lt;Inner&gt;tail at the bracket that closes the first one; null for any other name, and for &lt;&gt;tail.</summary>
    private static (string Inner, string Tail)? Between(string name)
    {
        if (!name.StartsWith('<'))
            return null;
        int depth = 0;
        for (int i = 0; i < name.Length; i++)
        {
            depth += name[i] switch { '<' => 1, '>' => -1, _ => 0 };
            if (depth == 0)
                return i > 1 ? (name[1..i], name[(i + 1)..]) : null;
        }

        return null;
    }

    private static bool IsCompilerMade(string type) => type.StartsWith('<') || type.Contains('@');

    /// <summary>List`1 becomes List&lt;T&gt;. A nested type repeats its outer type's parameters, which are not shown again.</summary>
    private static string Simple(TypeDefinition type)
    {
        int tick = type.Name.IndexOf('`');
        if (tick < 0)
            return type.Name;
        int inherited = type.DeclaringType?.GenericParameters.Count ?? 0;
        return $"{type.Name[..tick]}<{string.Join(", ", type.GenericParameters.Skip(inherited).Select(parameter => parameter.Name))}>";
    }

    /// <summary>An explicit implementation is called System.IDisposable.Dispose; IDisposable.Dispose says as much.</summary>
    private static string WithoutInterfaceNamespace(string name)
    {
        if (name.Contains('<'))
            return name;
        int last = name.LastIndexOf('.');
        int before = last > 0 ? name.LastIndexOf('.', last - 1) : -1;
        return before < 0 ? name : name[(before + 1)..];
    }
}
