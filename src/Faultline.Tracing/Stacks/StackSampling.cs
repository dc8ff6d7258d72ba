using System.Globalization;
using Faultline.Tracing.Text;

namespace Faultline.Tracing.Stacks;

/// <summary>For which allocations a recording holds the call stack.</summary>
public enum StackKind
{
    /// <summary>For none: a call site is all that is known.</summary>
    Off = 0,

    /// <summary>For some, chosen at random by their bytes.</summary>
    Sample = 1,

    /// <summary>For each.</summary>
    All = 2,
}

/// <summary>
/// How allocations are chosen for having their stacks recorded. Samples lie in the stream of allocated bytes as a Poisson process with
/// <paramref name="Bytes"/> between two on average (0 unless the kind is Sample), as tcmalloc and Go's runtime do it: an allocation is
/// sampled if at least one sample lies in its bytes, and stands for 1 / (1 - e^(-size / Bytes)) allocations of its size.
/// </summary>
public readonly record struct StackSampling(StackKind Kind, ulong Bytes = 0)
{
    /// <summary>512 KiB, as pprof and others have it.</summary>
    public const ulong UsualBytes = 512 * 1024;

    /// <summary>Most bytes between samples: a larger distance would never sample anything.</summary>
    public const ulong MostBytes = 1UL << 40;

    /// <summary>By which the program under watch is told; the value is <see cref="ToString"/>'s.</summary>
    public const string EnvironmentVariable = "FAULTLINE_STACKS";

    public static StackSampling Off => default;

    public static StackSampling All => new(StackKind.All);

    public static StackSampling Sample(ulong bytes = UsualBytes) => new(StackKind.Sample, bytes);

    /// <summary>How many allocations one of that many requested bytes stands for whose stack was recorded: 1 unless sampled. One byte counts as the least.</summary>
    public double WeightOf(ulong requested)
        => Kind == StackKind.Sample ? 1 / Chance((double)Math.Max(requested, 1) / Bytes) : 1;

    /// <summary>1 - e^-x, also for an x so small that e^-x is 1 but for its last digits.</summary>
    private static double Chance(double x) => x < 1e-5 ? x * (1 - x / 2) : 1 - Math.Exp(-x);

    /// <summary>"off", "sample", "sample:256KiB" or "all"; null for anything else.</summary>
    public static StackSampling? Parse(string text)
    {
        switch (text)
        {
            case "off":
                return Off;
            case "all":
                return All;
            case "sample":
                return Sample();
        }

        return text.StartsWith("sample:", StringComparison.Ordinal) && Quantity.Size(text["sample:".Length..]) is >= 1 and <= MostBytes and var bytes
            ? Sample(bytes) : null;
    }

    /// <summary>As <see cref="Parse"/> reads it.</summary>
    public override string ToString() => Kind switch
    {
        StackKind.All => "all",
        StackKind.Sample => "sample:" + Bytes.ToString(CultureInfo.InvariantCulture),
        _ => "off",
    };
}
