using System.Diagnostics;
using System.Globalization;
using Faultline.Shim;
using Faultline.Shim.Runtime;
using Faultline.Tracing.Session;

namespace Faultline.Benchmarks;

/// <summary>
/// Sixteen threads that allocate, resize, hand over and free for as long as asked, with patterns in their blocks, while snapshots are taken
/// and threads end and begin. At the end no block may be lost, the books must agree, and every counter be the program's own.
/// </summary>
internal static unsafe class Soak
{
    private const int Workers = 16;
    private const int FreeSite = Workers + 1;
    private const int OperationsPerThread = 20_000;

    /// <summary>Arguments: seconds (default 60), seed (default 1). Answers 0, or 1 with what was wrong on standard error.</summary>
    public static int Run(string[] arguments)
    {
        int seconds = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 60;
        int seed = arguments.Length > 1 ? int.Parse(arguments[1], CultureInfo.InvariantCulture) : 1;
        Console.WriteLine($"{Workers} threads for {seconds} s, seed {seed}");
        using SessionFile session = BenchmarkSession.Attach(siteCount: FreeSite);
        SiteCounters[] before = SessionCounters.ReadAll(session);
        var state = new SoakState(seed);
        Thread[] workers = [.. Enumerable.Range(1, Workers).Select(site => new Thread(() => Work(state, site)))];
        Array.ForEach(workers, worker => worker.Start());
        long started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started).TotalSeconds < seconds && state.Failure == null)
        {
            Thread.Sleep(5000);
            Console.WriteLine($"{Stopwatch.GetElapsedTime(started).TotalSeconds:F0} s: {SessionCounters.Total(session).Calls} calls, {ShimRuntime.Engine!.Malloc.ArenaCount} arenas");
        }

        state.Stop = true;
        Array.ForEach(workers, worker => worker.Join());
        state.FreeAll(FreeSite);
        string? wrong = state.Failure ?? Check(session, before, state);
        if (wrong == null)
        {
            Console.WriteLine($"{SessionCounters.Total(session).Calls} calls: no block lost, every counter as the program counted");
            return 0;
        }

        Console.Error.WriteLine(wrong);
        return 1;
    }

    /// <summary>One thread after the other works for a while: ended threads' caches and arenas go on to the next.</summary>
    private static void Work(SoakState state, int site)
    {
        for (int life = 0; !state.Stop && state.Failure == null; life++)
        {
            int seed = HashCode(state.Seed, site, life);
            var thread = new Thread(() => state.Churn(new Random(seed), site, FreeSite, OperationsPerThread));
            thread.Start();
            thread.Join();
        }
    }

    private static int HashCode(int seed, int site, int life) => unchecked(seed * 1_000_003 + site * 7919 + life);

    private static string? Check(SessionFile session, SiteCounters[] before, SoakState state)
    {
        ShimRuntime.Engine!.TakeSnapshot(SnapshotReason.Periodic);
        if (ShimRuntime.Engine.HasSteppedAside)
            return string.Join("\n", SessionNotes.Read(session));
        ShimRuntime.Engine.CheckInvariants();
        if (SessionFindings.Read(session) is [var finding, ..])
            return $"a finding that nobody made: {finding.Kind} at 0x{finding.Address:x}";
        SiteCounters[] after = SessionCounters.ReadAll(session);
        for (int site = 1; site <= Workers; site++)
        {
            SoakCounts own = state.Counts[site];
            SiteCounters counted = after[site], old = before[site];
            if (counted.Allocations - old.Allocations != own.Allocations || counted.Released - old.Released != own.Allocations
                || counted.RequestedBytes - old.RequestedBytes != own.Bytes || counted.ReleasedRequestedBytes - old.ReleasedRequestedBytes != own.Bytes
                || counted.Calls - old.Calls != own.Allocations)
                return $"site {site}: {counted.Allocations} allocations of {counted.RequestedBytes} bytes, {counted.Released} released, {counted.Calls} calls; the program made {own.Allocations} of {own.Bytes}";
        }

        ulong frees = state.Counts[FreeSite].Allocations;
        return after[FreeSite].Calls - before[FreeSite].Calls == frees ? null : $"{after[FreeSite].Calls} frees counted, {frees} made";
    }
}
