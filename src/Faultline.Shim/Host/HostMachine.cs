namespace Faultline.Shim.Host;

/// <summary>What the machine has that the program runs on.</summary>
internal static class HostMachine
{
    /// <summary>Physical memory in bytes (MemTotal of /proc/meminfo), 0 if it cannot be read.</summary>
    public static ulong RamBytes()
    {
        try
        {
            string line = File.ReadLines("/proc/meminfo").First(l => l.StartsWith("MemTotal:", StringComparison.Ordinal));
            return ulong.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException or FormatException)
        {
            return 0;
        }
    }
}
