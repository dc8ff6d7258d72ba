using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Faultline.Shim;
using Faultline.Tracing.Session;

namespace Faultline.Benchmarks;

/// <summary>
/// How allocation scales with threads, on the real glibc and under the shim, in turns in one process: what counts are the ratios. Two
/// loads: "pair", 64 bytes allocated and freed at once, which the thread's cache serves; "window", 256 blocks of up to 2000 bytes of
/// which a random one is replaced each time, which goes to the arenas as well.
/// </summary>
internal static unsafe class ThreadThroughput
{
    private const int Site = 1;
    private const int WindowBlocks = 256;
    private static readonly int[] s_threads = [1, 2, 4, 16];

    /// <summary>Arguments: operations of each thread (default 2 million), rounds (default 5; the best of them is shown), one of the loads.</summary>
    public static int Run(string[] arguments)
    {
        int operations = Number(arguments, 0, 2_000_000);
        int rounds = Number(arguments, 1, 5);
        using SessionFile session = BenchmarkSession.Attach();
        Console.WriteLine($"{Environment.ProcessorCount} processors, {operations} operations a thread, best of {rounds} rounds");
        string load = arguments.Length > 2 ? arguments[2] : "";
        if (load != "window")
            Show("pair", operations, rounds, RealPairs, ShimPairs);
        if (load != "pair")
            Show("window", operations, rounds, RealWindow, ShimWindow);
        return 0;
    }

    private static int Number(string[] arguments, int index, int standard)
        => arguments.Length > index ? int.Parse(arguments[index], CultureInfo.InvariantCulture) : standard;

    private static void Show(string load, int operations, int rounds, Action<int> real, Action<int> shim)
    {
        real(operations);
        shim(operations);
        double realAlone = 0, shimAlone = 0;
        Console.WriteLine($"{load,-8} threads   real M/s   of one   shim M/s   of one   real ns   shim ns   ratio of processor times");
        foreach (int threads in s_threads)
        {
            (double PerSecond, double Nanoseconds) realBest = (0, double.MaxValue), shimBest = realBest;
            for (int round = 0; round < rounds; round++)
            {
                realBest = Better(realBest, Measure(threads, operations, real));
                shimBest = Better(shimBest, Measure(threads, operations, shim));
            }

            realAlone = threads == 1 ? realBest.PerSecond : realAlone;
            shimAlone = threads == 1 ? shimBest.PerSecond : shimAlone;
            Console.WriteLine(FormattableString.Invariant(
                $"{"",-8} {threads,7}   {realBest.PerSecond,8:F1}   {realBest.PerSecond / realAlone,6:F2}   {shimBest.PerSecond,8:F1}   {shimBest.PerSecond / shimAlone,6:F2}")
                + FormattableString.Invariant($"   {realBest.Nanoseconds,7:F1}   {shimBest.Nanoseconds,7:F1}   {shimBest.Nanoseconds / realBest.Nanoseconds,8:F2}"));
        }
    }

    private static (double PerSecond, double Nanoseconds) Better((double PerSecond, double Nanoseconds) a, (double PerSecond, double Nanoseconds) b)
        => (Math.Max(a.PerSecond, b.PerSecond), Math.Min(a.Nanoseconds, b.Nanoseconds));

    /// <summary>Million operations a second of all threads together, and processor time an operation in nanoseconds.</summary>
    private static (double PerSecond, double Nanoseconds) Measure(int count, int operations, Action<int> work)
    {
        using Barrier start = new(count + 1);
        Thread[] threads = [.. Enumerable.Range(0, count).Select(_ => new Thread(() =>
        {
            start.SignalAndWait();
            work(operations);
        }))];
        Array.ForEach(threads, thread => thread.Start());
        start.SignalAndWait();
        long started = Stopwatch.GetTimestamp();
        TimeSpan used = Environment.CpuUsage.TotalTime;
        Array.ForEach(threads, thread => thread.Join());
        double all = (double)count * operations;
        return (all / Stopwatch.GetElapsedTime(started).TotalMicroseconds, (Environment.CpuUsage.TotalTime - used).TotalNanoseconds / all);
    }

    private static void RealPairs(int operations)
    {
        for (int i = 0; i < operations; i++)
            NativeMemory.Free(NativeMemory.Alloc(64));
    }

    private static void ShimPairs(int operations)
    {
        for (int i = 0; i < operations; i++)
            NativeMemoryShim.Free(NativeMemoryShim.Alloc(64, Site), Site);
    }

    private static void RealWindow(int operations)
    {
        void** window = stackalloc void*[WindowBlocks];
        uint random = 1;
        for (int i = 0; i < operations; i++)
        {
            int slot = Next(ref random, out nuint size);
            NativeMemory.Free(window[slot]);
            window[slot] = NativeMemory.Alloc(size);
        }

        for (int slot = 0; slot < WindowBlocks; slot++)
            NativeMemory.Free(window[slot]);
    }

    private static void ShimWindow(int operations)
    {
        void** window = stackalloc void*[WindowBlocks];
        uint random = 1;
        for (int i = 0; i < operations; i++)
        {
            int slot = Next(ref random, out nuint size);
            NativeMemoryShim.Free(window[slot], Site);
            window[slot] = NativeMemoryShim.Alloc(size, Site);
        }

        for (int slot = 0; slot < WindowBlocks; slot++)
            NativeMemoryShim.Free(window[slot], Site);
    }

    private static int Next(ref uint random, out nuint size)
    {
        random = random * 1664525 + 1013904223;
        size = 1 + (random >> 8) % 2000;
        return (int)(random >> 24);
    }
}
