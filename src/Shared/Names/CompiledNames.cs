// The C# compiler moves code: lambdas into <>c classes, local functions into <Outer>g__Inner|0_1 methods, async methods and iterators
// into MoveNext of a nested <Method>d__3 type. F# makes one class per closure, named closure@line. A report names what the user wrote;
// the weaver reads these names from metadata, the stack sampler from reflection.

namespace Faultline.Names;

/// <summary>From the names that compilers make back to those in the source; texts only.</summary>
internal static class CompiledNames
{
    public static bool IsCompilerMade(string type) => type.StartsWith('<') || type.Contains('@');

    /// <summary>A full name as reflection writes it, without the types that a compiler made: "Space.Outer+&lt;Main&gt;d__0" is Space.Outer.</summary>
    public static string Type(string full)
    {
        IEnumerable<string> parts = full.Split('+').TakeWhile((part, i) => i == 0 || !IsCompilerMade(part));
        return string.Join('.', parts);
    }

    /// <summary>The method in the source: Foo, Foo (lambda), Inner (in Foo), Value (get), Main for top-level statements.</summary>
    /// <param name="type">The declaring type as it is compiled; of a nested one its own name is enough.</param>
    /// <param name="method">The method as it is compiled.</param>
    /// <param name="plain">What a name is called that is made by no compiler; null: by its text alone.</param>
    public static string Method(string type, string method, Func<string, string>? plain = null)
    {
        plain ??= Plain;
        string simple = type[(type.LastIndexOf('+') + 1)..];
        // A state machine's type carries the method's name; the machine of a lambda is named by the lambda's own compiled name.
        if (Between(simple) is (string machine, ['d', ..]))
            return Unwrap(machine, plain);
        int at = simple.IndexOf('@');
        return at > 0 && method.StartsWith("Invoke", StringComparison.Ordinal) ? simple[..at] + " (lambda)" : Unwrap(method, plain);
    }

    /// <summary>Value (get) for get_Value; null for what is no accessor.</summary>
    public static string? Accessor(string compiled)
        => compiled.Length > 4 && (compiled.StartsWith("get_", StringComparison.Ordinal) || compiled.StartsWith("set_", StringComparison.Ordinal)) ? $"{compiled[4..]} ({compiled[..3]})" : null;

    /// <summary>An explicit implementation is called System.IDisposable.Dispose; IDisposable.Dispose says as much.</summary>
    public static string WithoutInterfaceNamespace(string compiled)
    {
        int last = compiled.Contains('<') ? -1 : compiled.LastIndexOf('.');
        int before = last > 0 ? compiled.LastIndexOf('.', last - 1) : -1;
        return before < 0 ? compiled : compiled[(before + 1)..];
    }

    private static string Plain(string compiled) => Accessor(compiled) ?? WithoutInterfaceNamespace(compiled);

    /// <summary>&lt;Foo&gt;b__0 is a lambda in Foo, &lt;Foo&gt;g__Bar|0_1 the local function Bar; &lt;Main&gt;$ holds top-level statements.</summary>
    private static string Unwrap(string compiled, Func<string, string> plain)
    {
        if (Between(compiled) is not (string inner, string tail))
            return plain(compiled);
        string outer = Unwrap(inner, plain);
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
}
