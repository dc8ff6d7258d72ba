using System.Text;
using Faultline.Shim.Host;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Runtime;

/// <summary>The environment variables by which the tool reaches the shim. They are for this process alone: its children must not inherit them.</summary>
internal static unsafe class SessionEnvironment
{
    /// <summary>The folder that the program was started from, before it was copied and rewritten.</summary>
    public const string BaseDirectoryVariable = "FAULTLINE_BASE_DIRECTORY";

    private const string Prefix = "FAULTLINE_";
    private const string StartupHooksVariable = "DOTNET_STARTUP_HOOKS";

    /// <summary>Removes them from the managed environment, which Process.Start hands on, and from the C library's, which exec does.</summary>
    public static void Remove()
    {
        Set(SessionLayout.EnvironmentVariable, null);
        foreach (object name in Environment.GetEnvironmentVariables().Keys)
            if (name is string text && text.StartsWith(Prefix, StringComparison.Ordinal))
                Set(text, null);
        string? hooks = Environment.GetEnvironmentVariable(StartupHooksVariable);
        if (hooks != null)
            Set(StartupHooksVariable, WithoutOwn(hooks));
    }

    /// <summary>The program may have startup hooks of its own.</summary>
    internal static string? WithoutOwn(string hooks)
    {
        IEnumerable<string> others = hooks.Split(Path.PathSeparator)
            .Where(hook => Path.GetFileNameWithoutExtension(hook) != typeof(SessionEnvironment).Assembly.GetName().Name);
        string rest = string.Join(Path.PathSeparator, others);
        return rest.Length == 0 ? null : rest;
    }

    private static void Set(string name, string? value)
    {
        Environment.SetEnvironmentVariable(name, value);
        if (value != null)
            return;
        byte[] text = Encoding.UTF8.GetBytes(name + "\0");
        fixed (byte* zeroTerminated = text)
            HostCalls.unsetenv(zeroTerminated);
    }
}
