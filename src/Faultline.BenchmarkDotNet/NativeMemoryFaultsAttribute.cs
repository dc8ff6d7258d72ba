using BenchmarkDotNet.Configs;

namespace Faultline.BenchmarkDotNet;

/// <summary>
/// Adds columns for what each operation does to native memory: allocations, bytes, leak, minor faults, brk and mmap calls. The benchmark's project
/// has to be routed by the compiler (<c>&lt;FaultlineRouting&gt;true&lt;/FaultlineRouting&gt;</c>); the figures come from a run of their own, and the timed runs are not routed.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Assembly)]
public sealed class NativeMemoryFaultsAttribute : Attribute, IConfigSource
{
    public IConfig Config { get; } = ManualConfig.CreateEmpty().AddDiagnoser(NativeMemoryFaultsDiagnoser.Default);
}
