using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Faultline.Names;
using Faultline.Tracing.Stacks;

namespace Faultline.Shim.Stacks;

/// <summary>
/// Names of frames as call sites have them: the C# compiler moves lambdas into &lt;&gt;c classes, local functions into
/// &lt;Outer&gt;g__Inner|0_1 methods, async methods and iterators into MoveNext of a &lt;Method&gt;d__3 type. A stack names what the user wrote.
/// </summary>
internal static class FrameNames
{
    /// <summary>How the router marks the methods that it adds beside the program's.</summary>
    private const string RoutedMark = "<routed>";

    /// <summary>Where the source generator of the compile-time route puts its methods.</summary>
    private const string GeneratedNamespace = "Faultline.Generated";

    private static readonly Assembly s_own = typeof(FrameNames).Assembly;

    /// <summary>Frames that a router or the shim put into the stack.</summary>
    public static bool IsOwn(StackFrame? frame)
    {
        if (frame == null || MethodOf(frame) is not { } method)
            return false;
        Type? type = method.DeclaringType;
        return type?.Assembly == s_own || type?.Namespace == GeneratedNamespace || method.Name.EndsWith(RoutedMark, StringComparison.Ordinal);
    }

    /// <summary>Null where the runtime keeps no metadata (NativeAOT).</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "A method that was trimmed has no metadata: then the frame's diagnostic name is taken.")]
    public static MethodBase? MethodOf(StackFrame frame) => frame.GetMethod();

    public static StackFrameName Of(StackFrame? frame)
    {
        if (frame == null)
            return new("", "", "(unknown)", null, 0);
        string? file = frame.GetFileName();
        int line = file == null ? 0 : frame.GetFileLineNumber();
        if (MethodOf(frame) is { } method)
            return new(method.Module.Assembly.GetName().Name ?? "", TypeName(method.DeclaringType), MethodName(method), file, line);
        return DiagnosticMethodInfo.Create(frame) is { } info
            ? new(new AssemblyName(info.DeclaringAssemblyName).Name ?? "", CompiledNames.Type(info.DeclaringTypeName ?? ""), CompiledNames.Method(info.DeclaringTypeName ?? "", info.Name), file, line)
            : new("", "", "(unknown)", file, line);
    }

    private static string TypeName(Type? type)
    {
        while (type is { DeclaringType: not null } && CompiledNames.IsCompilerMade(type.Name))
            type = type.DeclaringType;
        if (type == null)
            return "";
        string name = SimpleName(type);
        for (Type? outer = type.DeclaringType; outer != null; outer = outer.DeclaringType)
            name = SimpleName(outer) + "." + name;
        return string.IsNullOrEmpty(type.Namespace) ? name : type.Namespace + "." + name;
    }

    /// <summary>List`1 is List&lt;T&gt;. A nested type repeats its outer type's parameters, which are not shown again.</summary>
    private static string SimpleName(Type type)
    {
        int tick = type.Name.IndexOf('`');
        if (tick < 0)
            return type.Name;
        Type definition = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        IEnumerable<string> own = definition.GetGenericArguments().Skip(type.DeclaringType?.GetGenericArguments().Length ?? 0).Select(parameter => parameter.Name);
        return $"{type.Name[..tick]}<{string.Join(", ", own)}>";
    }

    private static string MethodName(MethodBase method)
    {
        Type? type = method.DeclaringType;
        return method.Name switch
        {
            ".ctor" => $"{(type == null ? "" : SimpleName(type))} (constructor)",
            ".cctor" => $"{(type == null ? "" : SimpleName(type))} (static constructor)",
            "Finalize" when method.IsVirtual && method.GetParameters().Length == 0 => "~" + (type == null ? "" : SimpleName(type)),
            _ => CompiledNames.Method(type?.Name ?? "", method.Name),
        };
    }
}
