using System.Collections;
using Faultline.Libc;
using Faultline.Weaver;

namespace Faultline.Tool.Running;

/// <summary>The environment that a program is started with: the tool's own, and what the plan adds.</summary>
internal static class ProgramEnvironment
{
    /// <summary>Malloc's settings in it as this glibc reads them, in the form of GLIBC_TUNABLES.</summary>
    public static string Tunables(LaunchPlan plan, LibcProfile libc)
    {
        IEnumerable<KeyValuePair<string, string>> own = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Select(entry => new KeyValuePair<string, string>((string)entry.Key, (string)entry.Value!))
            .Where(variable => !plan.Environment.ContainsKey(variable.Key));
        return MallocTunables.FromEnvironment(own.Concat(plan.Environment), libc).ToString();
    }
}
