using System.Globalization;
using Faultline.TestSupport;

namespace Faultline.Kernel.Tests;

/// <summary>What a run under pressure counted.</summary>
internal readonly record struct PressureCounts(ulong Minor, ulong Major, ulong SwappedIn, ulong SwappedOut)
{
    public override string ToString() => $"minor {Minor,7} major {Major,7} in {SwappedIn,7} out {SwappedOut,7}";
}

/// <summary>
/// This machine with a swap file and a memory cgroup of its own, as long as it is not disposed: only as root, and only where the
/// machine has no swap yet.
/// </summary>
internal sealed class PressureHost : IDisposable
{
    private const string Controller = "/sys/fs/cgroup/memory";
    private const int SwapMebibytes = 256;

    /// <summary>128 + SIGKILL.</summary>
    private const int Killed = 137;
    private const int MostTries = 6;

    private readonly string _folder = Directory.CreateTempSubdirectory("faultline-swap-").FullName;
    private readonly string _group = $"{Controller}/faultline-{Environment.ProcessId}";
    private readonly string _probe;
    private readonly string _swap;

    public PressureHost(ulong limitBytes)
    {
        _swap = Path.Combine(_folder, "swap");
        _probe = Path.Combine(_folder, "probe");
        Do("dd", "if=/dev/zero", $"of={_swap}", "bs=1M", $"count={SwapMebibytes}", "status=none");
        Do("chmod", "600", _swap);
        Do("mkswap", _swap);
        Do(TestSupport.Host.OnPath("gcc") ? "gcc" : "cc", "-O1", "-w", "-o", _probe, Repository.Path("tests", "Faultline.Kernel.Tests", "Differential", "pressure-probe.c"));
        Do("swapon", _swap);
        Directory.CreateDirectory(_group);
        File.WriteAllText($"{_group}/memory.limit_in_bytes", limitBytes.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Pages that the group was charged with before the first touch of the last run.</summary>
    public ulong UsedBefore { get; private set; }

    public static int Swappiness => (int)ulong.Parse(File.ReadAllText("/proc/sys/vm/swappiness"), CultureInfo.InvariantCulture);

    public static int PageCluster => (int)ulong.Parse(File.ReadAllText("/proc/sys/vm/page-cluster"), CultureInfo.InvariantCulture);

    /// <summary>Whether the disk under the swap file counts as one with moving heads.</summary>
    public bool IsRotational
    {
        get
        {
            string device = $"/sys/dev/block/{Do("stat", "-c", "%Hd:%Ld", _swap).Trim()}";
            string file = File.Exists($"{device}/queue/rotational") ? $"{device}/queue/rotational" : $"{device}/../queue/rotational";
            return File.Exists(file) && File.ReadAllText(file).Trim() == "1";
        }
    }

    /// <summary>Why the comparison cannot be made here, or null.</summary>
    public static string? WhyNot =>
        Environment.UserName != "root" ? "only root may add swap and limit a cgroup"
        : !File.Exists($"{Controller}/memory.limit_in_bytes") ? "no version 1 memory controller is mounted"
        : Directory.Exists("/sys/kernel/mm/lru_gen") ? "the kernel has the multi-generational LRU"
        : File.ReadAllLines("/proc/swaps").Length > 1 ? "the machine has swap already"
        : !TestSupport.Host.OnPath("mkswap") || !TestSupport.Host.OnPath("swapon") ? "mkswap and swapon are not on PATH"
        : null;

    public PressureCounts Run(char pattern, ulong pages, ulong touches, ulong seed, bool reads)
    {
        string[] arguments = [_group, $"{pattern}", $"{pages}", $"{touches}", $"{seed}", reads ? "1" : "0"];
        (int exitCode, string output) = Start(_probe, arguments);
        // Where the disk is slow the kernel now and then kills a program at its limit although swap is free: what it gave up waiting for.
        for (int tries = 1; exitCode == Killed && tries < MostTries; tries++)
            (exitCode, output) = Start(_probe, arguments);
        string[] words = exitCode == 0 ? output.Split(' ') : throw new InvalidOperationException($"the probe ended with {exitCode} on pattern {pattern}: {output}");
        ulong[] numbers = [.. words.Select(word => ulong.Parse(word, CultureInfo.InvariantCulture))];
        UsedBefore = numbers[0];
        return new PressureCounts(numbers[1], numbers[2], numbers[3], numbers[4]);
    }

    /// <summary>Runs another probe in the group; answers the numbers that it printed, a line each.</summary>
    public ulong[][] Run(string probe, params string[] words)
    {
        (int exitCode, string output) = Start(probe, [_group, .. words]);
        return exitCode == 0
            ? [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ').Select(word => ulong.Parse(word, CultureInfo.InvariantCulture)).ToArray())]
            : throw new InvalidOperationException($"{probe} ended with {exitCode}: {output}");
    }

    public void Dispose()
    {
        Do("swapoff", _swap);
        Directory.Delete(_group);
        Directory.Delete(_folder, recursive: true);
    }

    private static string Do(string program, params string[] words)
    {
        (int exitCode, string output) = Start(program, words);
        return exitCode == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', words)} ended with {exitCode}: {output}");
    }

    private static (int ExitCode, string Output) Start(string program, string[] words)
    {
        var start = new System.Diagnostics.ProcessStartInfo(program, words) { RedirectStandardOutput = true };
        using System.Diagnostics.Process process = System.Diagnostics.Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
