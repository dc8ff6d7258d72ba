using System.Runtime.InteropServices;
using Faultline.Kernel;
using Faultline.Libc;

namespace Faultline.Tool.Verifying;

/// <summary>The C library and kernel of this machine (or another C library), the simulated glibc, and in what the real ones are not what the model describes.</summary>
internal sealed partial record HostProfile(string Libc, string Kernel, int Cpus, LibcProfile Modelled, IReadOnlyList<string> Mismatches)
{
    private const string ModelledKernel = "6.";

    /// <summary>Reads the host; never throws for what it cannot find out.</summary>
    /// <param name="profile">The simulated glibc.</param>
    /// <param name="realLibc">The version of the C library that it is compared with; null: this process's.</param>
    /// <param name="modelledCpus">The usual machine's if not given.</param>
    public static HostProfile Read(LibcProfile profile, string? realLibc = null, int? modelledCpus = null)
    {
        string libc = realLibc ?? LibcVersion() ?? "not glibc", kernel = ReadFile("/proc/sys/kernel/osrelease") ?? "unknown";
        string thp = ReadFile("/sys/kernel/mm/transparent_hugepage/enabled") ?? "";
        int cpus = Environment.ProcessorCount, modelled = modelledCpus ?? new MachineOptions().Cpus;
        List<string> mismatches = [];
        if (!profile.Versions.Contains(libc))
            mismatches.Add($"the C library is {libc}, the model's profile is {profile}" + (LibcProfile.ForVersion(libc) is { } own ? $": --libc {own}" : ""));
        if (!kernel.StartsWith(ModelledKernel, StringComparison.Ordinal))
            mismatches.Add($"the kernel is {kernel}, the model's profile is Linux {ModelledKernel}x");
        if (thp.Contains("[always]", StringComparison.Ordinal))
            mismatches.Add("transparent huge pages are 'always', the traces' machine has 'madvise': faults will differ");
        if (thp.Contains("[never]", StringComparison.Ordinal))
            mismatches.Add("transparent huge pages are 'never', the probe's machine has 'madvise': the huge scenarios will differ");
        if (cpus != modelled)
            mismatches.Add($"{cpus} processors, the model's machine has {modelled}: with more than {8 * Math.Min(cpus, modelled)} threads arenas may differ");
        if (ReadFile("/proc/sys/vm/overcommit_memory") is { } overcommit and not "0")
            mismatches.Add($"vm.overcommit_memory is {overcommit}, the traces' machine has 0");
        return new(libc == "not glibc" ? libc : $"glibc {libc}", $"Linux {kernel}", cpus, profile, mismatches);
    }

    private static string? LibcVersion()
    {
        try
        {
            return Marshal.PtrToStringUTF8(gnu_get_libc_version());
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
    }

    private static string? ReadFile(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [LibraryImport("libc")]
    private static partial nint gnu_get_libc_version();
}
