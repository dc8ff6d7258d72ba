// The kernel's ring buffer as dmesg prints it (kernel/printk/printk.c print_time): seconds and microseconds since boot.

using System.Globalization;

namespace Faultline.Kernel;

/// <summary>What the simulated kernel had to say.</summary>
public sealed class KernelLog(MachineClock clock)
{
    private const ulong NanosecondsPerMicrosecond = 1000;

    private readonly List<string> _lines = [];
    private readonly HashSet<string> _said = [];

    /// <summary>Oldest first, each with its time in front.</summary>
    public IReadOnlyList<string> Lines => _lines;

    /// <summary>Says something that the kernel says only once since boot (pr_warn_once).</summary>
    internal void AddOnce(string kind, string line)
    {
        if (_said.Add(kind))
            Add(line);
    }

    internal void Add(string line)
    {
        ulong seconds = clock.Now / MachineClock.NanosecondsPerSecond;
        ulong micros = clock.Now % MachineClock.NanosecondsPerSecond / NanosecondsPerMicrosecond;
        _lines.Add(string.Create(CultureInfo.InvariantCulture, $"[{seconds,5}.{micros:000000}] {line}"));
    }
}
