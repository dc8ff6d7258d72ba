using System.Collections;
using System.Text;
using Faultline.Libc;
using Faultline.Shim.Host;
using Faultline.Tracing.Session;
using Faultline.Tracing.Stacks;

namespace Faultline.Shim.Runtime;

/// <summary>The environment variables by which the tool reaches the shim. They are for this process alone: its children must not inherit them.</summary>
internal static unsafe class SessionEnvironment
{
    /// <summary>The folder that the program was started from, before it was copied and rewritten.</summary>
    public const string BaseDirectoryVariable = "FAULTLINE_BASE_DIRECTORY";

    private const string StartupHooksVariable = "DOTNET_STARTUP_HOOKS";

    /// <summary>
    /// The session's path, or null, and for which allocations call stacks are to be recorded. Gives AppContext.BaseDirectory its answer back,
    /// and removes the variables from the managed environment, which Process.Start hands on, and from the C library's, which exec does.
    /// </summary>
    public static string? Take(out StackSampling stacks)
    {
        string? session = Environment.GetEnvironmentVariable(SessionLayout.EnvironmentVariable);
        string? folder = Environment.GetEnvironmentVariable(BaseDirectoryVariable);
        if (folder != null)
            AppContext.SetData("APP_CONTEXT_BASE_DIRECTORY", folder);
        // What is no word for it comes from no Faultline; it is not for the program to be stopped by it.
        stacks = StackSampling.Parse(Environment.GetEnvironmentVariable(StackSampling.EnvironmentVariable) ?? "off") ?? StackSampling.Off;
        Set(StackSampling.EnvironmentVariable, null);
        Set(SessionLayout.EnvironmentVariable, null);
        Set(BaseDirectoryVariable, null);
        if (Take(SharedSites.EnvironmentVariable) is { } sites)
            SiteNames.FromTool(sites);
        if (session != null && Environment.GetEnvironmentVariable(StartupHooksVariable) is { } hooks)
            Set(StartupHooksVariable, WithoutOwn(hooks));
        return session;
    }

    /// <summary>The same for a program that is measured unrouted.</summary>
    public static void TakeFigures()
    {
        Set(ProcessFigures.EnvironmentVariable, null);
        if (Environment.GetEnvironmentVariable(StartupHooksVariable) is { } hooks)
            Set(StartupHooksVariable, WithoutOwn(hooks));
    }

    /// <summary>Malloc's settings as the loader of this glibc reads them from the program's environment.</summary>
    public static MallocTunables Tunables(LibcProfile libc)
        => MallocTunables.FromEnvironment(Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Select(entry => new KeyValuePair<string, string>((string)entry.Key, (string)entry.Value!)), libc);

    /// <summary>The program may have startup hooks of its own.</summary>
    internal static string? WithoutOwn(string hooks)
    {
        IEnumerable<string> others = hooks.Split(Path.PathSeparator)
            .Where(hook => Path.GetFileNameWithoutExtension(hook) != typeof(SessionEnvironment).Assembly.GetName().Name);
        string rest = string.Join(Path.PathSeparator, others);
        return rest.Length == 0 ? null : rest;
    }

    /// <summary>A variable's value, removed from both environments; null where it is not set, or empty.</summary>
    public static string? Take(string name)
    {
        string? value = Environment.GetEnvironmentVariable(name);
        Set(name, null);
        return string.IsNullOrEmpty(value) ? null : value;
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
