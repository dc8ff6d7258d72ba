using System.ComponentModel;
using System.Diagnostics;
using Faultline.Tracing.Session;
using Faultline.Tracing.Stacks;
using Faultline.Weaver;

namespace Faultline.Tool.Running;

/// <summary>
/// Runs the program as the shell would: it inherits the tool's own standard streams and terminal, and its exit code is
/// passed on (.NET answers 128 + signal for a program that a signal ended).
/// </summary>
internal static class ChildProcess
{
    public static int Run(LaunchPlan plan, SessionFile session, SharedSites sites, StackSampling stacks)
    {
        ProcessStartInfo start = new(plan.FileName, plan.Arguments) { UseShellExecute = false };
        foreach ((string name, string value) in plan.Environment)
            start.Environment[name] = value;
        start.Environment[SessionLayout.EnvironmentVariable] = session.Path;
        start.Environment[SharedSites.EnvironmentVariable] = sites.Path;
        if (stacks != StackSampling.Off)
            start.Environment[StackSampling.EnvironmentVariable] = stacks.ToString();
        // From before its start, so that no signal ends the tool while the program runs.
        using SignalForwarding signals = new();
        using Process process = StartOrExplain(start);
        signals.To(process.Id);
        process.WaitForExit();
        signals.Stop();
        return process.ExitCode;
    }

    private static Process StartOrExplain(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new UsageException($"cannot start {start.FileName}: {e.Message}");
        }
    }
}
