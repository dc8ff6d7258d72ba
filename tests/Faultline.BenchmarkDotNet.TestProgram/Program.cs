using System.Globalization;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;

namespace Faultline.BenchmarkDotNet.TestProgram;

/// <summary>"run": the benchmarks with few operations, and their metrics after the summary. "in-process": the same where it is refused. "own" and a benchmark's name: the same operations, counted by the program itself.</summary>
internal static class Program
{
    private const int Iterations = 3;
    private const int Operations = 16;

    public static int Main(string[] arguments)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        if (arguments is ["own", string name])
            return CountOwn(name);
        Job job = Job.Default.WithWarmupCount(1).WithIterationCount(Iterations).WithInvocationCount(Operations).WithUnrollFactor(1);
        if (arguments is ["in-process"])
            job = job.WithToolchain(InProcessNoEmitToolchain.Instance);
        // The assemblies of this repository need not be built once more for each benchmark.
        Environment.SetEnvironmentVariable("FAULTLINE_BUILT", "true");
        Summary summary = BenchmarkRunner.Run<BufferBenchmarks>(DefaultConfig.Instance.AddJob(job).WithArtifactsPath(Path.Combine(AppContext.BaseDirectory, "artifacts")));
        foreach (var error in summary.ValidationErrors)
            Console.WriteLine($"error {error.Message}");
        foreach (BenchmarkReport report in summary.Reports)
            foreach (Metric metric in report.Metrics.Values.Where(metric => metric.Descriptor.Id.StartsWith("Faultline.", StringComparison.Ordinal)))
                Console.WriteLine($"metric {report.BenchmarkCase.Descriptor.WorkloadMethod.Name} {metric.Descriptor.Id["Faultline.".Length..]} {metric.Value}");
        return summary.HasCriticalValidationErrors ? 1 : 0;
    }

    private static int CountOwn(string name)
    {
        BufferBenchmarks benchmarks = new();
        benchmarks.Fill();
        Action operation = name switch
        {
            nameof(BufferBenchmarks.Naive) => benchmarks.Naive,
            nameof(BufferBenchmarks.Pooled) => benchmarks.Pooled,
            nameof(BufferBenchmarks.Forgetful) => benchmarks.Forgetful,
            _ => throw new ArgumentException(name),
        };
        Count(name, operation);
        return 0;
    }

    private static void Count(string name, Action operation)
    {
        using FaultlineSession session = FaultlineSession.Start();
        void Repeat(int times)
        {
            for (int i = 0; i < times; i++)
                operation();
        }

        Repeat(Operations);
        FaultlineMeasurement measured = session.Measure(() => Repeat(Iterations * Operations));
        (string Name, long Sum)[] sums =
        [
            ("NativeAllocations", measured.Allocations), ("NativeBytes", measured.Bytes), ("NativeLeak", measured.Totals.LiveBytes),
            ("MinorFaults", measured.Kernel.MinorFaults), ("BrkCalls", measured.Kernel.BrkCalls), ("MmapCalls", measured.Kernel.MmapCalls),
        ];
        foreach ((string metric, long sum) in sums)
            Console.WriteLine($"metric {name} {metric} {(double)sum / (Iterations * Operations)}");
    }
}
