using System.Globalization;

namespace Faultline.Kernel.Tests;

/// <summary>A memory cgroup (version 1) of this machine with a limit, that does not swap; gone again when disposed.</summary>
internal sealed class RealCgroup : IDisposable
{
    public const string Root = "/sys/fs/cgroup/memory";

    private static int s_number;

    public RealCgroup(ulong limitBytes)
    {
        Folder = Path.Combine(Root, $"faultline-{Environment.ProcessId}-{Interlocked.Increment(ref s_number)}");
        Directory.CreateDirectory(Folder);
        File.WriteAllText(Path.Combine(Folder, "memory.limit_in_bytes"), limitBytes.ToString(CultureInfo.InvariantCulture));
        File.WriteAllText(Path.Combine(Folder, "memory.swappiness"), "0");
    }

    public string Folder { get; }

    /// <summary>Runs a program to its end; answers what it printed.</summary>
    public string Run(string program, string[] arguments)
    {
        var start = new System.Diagnostics.ProcessStartInfo(program, arguments) { RedirectStandardOutput = true };
        using System.Diagnostics.Process process = System.Diagnostics.Process.Start(start)!;
        string printed = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? printed : throw new InvalidOperationException($"{program} ended with {process.ExitCode}");
    }

    public void Dispose()
    {
        // The kernel takes a moment to let go of processes that have just died.
        for (int tries = 0; ; tries++)
        {
            try
            {
                Directory.Delete(Folder);
                return;
            }
            catch (IOException) when (tries < 100)
            {
                Thread.Yield();
            }
        }
    }
}

/// <summary>A test that needs memory cgroups, root and a compiler.</summary>
public sealed class CgroupFactAttribute : FactAttribute
{
    public CgroupFactAttribute()
    {
        if (!Environment.IsPrivilegedProcess || !File.Exists(Path.Combine(RealCgroup.Root, "memory.limit_in_bytes")))
            Skip = "SKIPPED: no memory cgroup of version 1 that this user may make";
        else if (!TestSupport.Host.HasCompiler)
            Skip = "SKIPPED: no C compiler on PATH, so the model cannot be held against the real kernel";
    }
}
