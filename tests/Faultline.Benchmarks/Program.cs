using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;
using Faultline.Benchmarks;
using Faultline.Benchmarks.Analyzers;

// dotnet run --project tests/Faultline.Benchmarks -c Release -- --filter '*'
// dotnet run --project tests/Faultline.Benchmarks -c Release -- analyzers WORK-FOLDER
// dotnet run --project tests/Faultline.Benchmarks -c Release -- survey FOLDER [--sample NUMBER] [--seed NUMBER]
// dotnet run --project tests/Faultline.Benchmarks -c Release -- threads [operations] [rounds] [load]
// dotnet run --project tests/Faultline.Benchmarks -c Release -- pressure [GiB …]
// dotnet run --project tests/Faultline.Benchmarks -c Release -- stacks [replacements] [rounds] [depth]
// dotnet run --project tests/Faultline.Benchmarks -c Release -- routes [pairs] [rounds]
// dotnet run --project tests/Faultline.Benchmarks -c Release -- report [events …]
// dotnet run --project tests/Faultline.Benchmarks -c Release -- soak [seconds] [seed]
// Every claim of speed is a ratio: each class has its native twin as the baseline, measured in the same run.
if (args is ["analyzers", ..])
    return AnalyzerSpeed.Run(args[1..]);
if (args is ["survey", ..])
    return Survey.Run(args[1..]);
if (args is ["threads", ..])
    return ThreadThroughput.Run(args[1..]);
if (args is ["stacks", ..])
    return StackCost.Run(args[1..]);
if (args is ["routes", ..])
    return RouteCost.Run(args[1..]);
if (args is ["report", ..])
    return ReportSpeed.Run(args[1..]);
if (args is ["soak", ..])
    return Soak.Run(args[1..]);
if (args is ["pressure", .. var sizes])
{
    PressureSpeed.Run(sizes);
    return 0;
}

BenchmarkSwitcher.FromAssembly(typeof(PairBenchmarks).Assembly).Run(args, DefaultConfig.Instance);
return 0;
