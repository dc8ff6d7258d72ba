using System.Runtime.InteropServices;

namespace Faultline.Tool;

/// <summary>What the machine that the tool runs on is and has.</summary>
internal static class HostFacts
{
    /// <summary>Physical memory in bytes (MemTotal of /proc/meminfo), 0 if it cannot be read.</summary>
    public static ulong RamBytes()
    {
        try
        {
            string line = File.ReadLines("/proc/meminfo").First(l => l.StartsWith("MemTotal:", StringComparison.Ordinal));
            return ulong.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024;
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or FormatException)
        {
            return 0;
        }
    }

    /// <summary>CLOCK_REALTIME in nanoseconds, to the 100 that .NET has.</summary>
    public static long UnixNanoseconds() => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;

    /// <summary>Throws <see cref="UsageException"/> where programs cannot be watched.</summary>
    public static void Require(string verb = "run")
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
            throw new UsageException(
                $"{verb} needs Linux on x64; this is {RuntimeInformation.OSDescription} on {RuntimeInformation.ProcessArchitecture}");
    }
}
