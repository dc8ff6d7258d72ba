namespace Faultline.Tracing.Stacks;

/// <summary>
/// One frame of a recorded call stack: a place in a method, named as a call site is. <paramref name="Type"/> is empty for native code;
/// <paramref name="File"/> is null and <paramref name="Line"/> 0 where there are no symbols.
/// </summary>
public readonly record struct StackFrameName(string Assembly, string Type, string Method, string? File, int Line)
{
    /// <summary>"Type.Method", or the method alone.</summary>
    public string Function => Type.Length == 0 ? Method : $"{Type[(Type.LastIndexOf('.') + 1)..]}.{Method}";

    /// <summary>"Type.Method (File.cs:12)", or "Assembly!Type.Method" without symbols.</summary>
    public string Display => File != null ? $"{Function} ({File[(File.LastIndexOfAny(['/', '\\']) + 1)..]}:{Line})"
        : Assembly.Length > 0 ? $"{Assembly}!{Function}" : Function;
}
