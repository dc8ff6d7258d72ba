using Faultline.Kernel;
using Faultline.Libc;
using Faultline.Tracing.Session;
using Faultline.Tracing.Stacks;

namespace Faultline.Tool.Running;

/// <summary>What <c>faultline run</c> was asked to do, checked as far as that goes without looking at the disk.</summary>
internal sealed record RunRequest
{
    public required string Target { get; init; }

    public required IReadOnlyList<string> Arguments { get; init; }

    public required ulong RamBytes { get; init; }

    public required int Cpus { get; init; }

    public required ThpPolicy Thp { get; init; }

    public required LibcProfile Libc { get; init; }

    public required ObserverRequest Observer { get; init; }

    public required int Top { get; init; }

    public required string? OutputPath { get; init; }

    /// <summary>Where to record the run; null records nothing.</summary>
    public required string? TracePath { get; init; }

    /// <summary>For which allocations the trace is to have call stacks; off without a trace.</summary>
    public required StackSampling Stacks { get; init; }

    /// <summary>Where to write the measured costs; null writes none.</summary>
    public required string? ProfilePath { get; init; }

    public required bool Force { get; init; }

    public required bool Json { get; init; }

    public required bool Quiet { get; init; }
}
