using System.Collections.Concurrent;
using BenchmarkDotNet.Analysers;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Validators;
using Faultline.BenchmarkDotNet.Child;

namespace Faultline.BenchmarkDotNet;

/// <summary>
/// The side of BenchmarkDotNet's own process. It asks for an extra run of each benchmark, in which the benchmark's process is routed and counts
/// (<see cref="EngineListener"/>), and takes the figures from the file that this leaves. All other runs have FAULTLINE_OFF=1.
/// </summary>
public sealed class NativeMemoryFaultsDiagnoser : IDiagnoser
{
    public static readonly NativeMemoryFaultsDiagnoser Default = new();

    private readonly ConcurrentDictionary<BenchmarkCase, string> _files = new();
    private readonly ConcurrentDictionary<string, string> _failures = new();

    public IEnumerable<string> Ids => ["NativeMemoryFaults"];

    public IEnumerable<IExporter> Exporters => [];

    public IEnumerable<IAnalyser> Analysers => [];

    public RunMode GetRunMode(BenchmarkCase benchmarkCase) => RunMode.ExtraRun;

    public void Handle(HostSignal signal, DiagnoserActionParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (signal != HostSignal.BeforeProcessStart)
            return;
        string file = Path.Combine(Path.GetTempPath(), $"faultline-{Guid.NewGuid():N}.json");
        _files[parameters.BenchmarkCase] = file;
        CountingProcess.Prepare(parameters.Process.StartInfo, file);
    }

    /// <summary>The six metrics, also where all of them are 0; none where the run left no figures: <see cref="DisplayResults"/> tells why.</summary>
    public IEnumerable<Metric> ProcessResults(DiagnoserResults results)
    {
        ArgumentNullException.ThrowIfNull(results);
        string name = results.BenchmarkCase.DisplayInfo;
        if (!_files.TryRemove(results.BenchmarkCase, out string? file))
            return [];
        try
        {
            return NativeMetrics.Of(NativeFigures.Take(file));
        }
        catch (InvalidDataException e)
        {
            _failures[name] = e.Message;
            return [];
        }
    }

    public void DisplayResults(ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(logger);
        foreach ((string benchmark, string reason) in _failures.OrderBy(failure => failure.Key, StringComparer.Ordinal))
            logger.WriteLineError($"NativeMemoryFaults: no figures for {benchmark}: {reason}");
    }

    /// <summary>Also switches the routing off for all processes that are started without this diagnoser.</summary>
    public IEnumerable<ValidationError> Validate(ValidationParameters validationParameters)
    {
        ArgumentNullException.ThrowIfNull(validationParameters);
        ValidationError[] errors = [.. BenchmarkChecks.Of(validationParameters.Benchmarks)];
        CountingProcess.SwitchOthersOff();
        return errors;
    }
}
