using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;
using Faultline.Benchmarks;

// dotnet run --project tests/Faultline.Benchmarks -c Release -- --filter '*'
// Every claim of speed is a ratio: each class has its native twin as the baseline, measured in the same run.
BenchmarkSwitcher.FromAssembly(typeof(PairBenchmarks).Assembly).Run(args, DefaultConfig.Instance);
