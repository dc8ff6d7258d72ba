using System.Reflection;
using System.Runtime.InteropServices;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains;
using BenchmarkDotNet.Validators;

namespace Faultline.BenchmarkDotNet;

/// <summary>What stands in the way of counting, said before anything runs.</summary>
internal static class BenchmarkChecks
{
    private const string Name = "NativeMemoryFaults";

    public static IEnumerable<ValidationError> Of(IEnumerable<BenchmarkCase> benchmarks)
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            yield return new(true, $"{Name} needs Linux on x64; this is {RuntimeInformation.OSDescription} on {RuntimeInformation.ProcessArchitecture}");
            yield break;
        }

        HashSet<Assembly> unrouted = [];
        foreach (BenchmarkCase benchmark in benchmarks)
        {
            if (benchmark.Job.Infrastructure.TryGetToolchain(out IToolchain toolchain) && toolchain.IsInProcess)
                yield return new(true, $"{Name} needs a process for each benchmark; {toolchain.Name} runs it inside of BenchmarkDotNet's own", benchmark);
            Assembly assembly = benchmark.Descriptor.Type.Assembly;
            if (!FaultlineSession.HasRoutedCalls(assembly) && unrouted.Add(assembly))
                yield return new(true, $"{Name}: no native call of {assembly.GetName().Name} or of what it refers to is routed: "
                    + "set <FaultlineRouting>true</FaultlineRouting> in its project (package Faultline.Shim)", benchmark);
        }
    }
}
