using Faultline.Libc;
using Faultline.Tracing.Generation;

namespace Faultline.Tool.Verifying;

/// <summary>What <c>faultline verify --fuzz</c> was asked for.</summary>
/// <param name="Seed">With the batch's number it is the seed of a batch's trace.</param>
/// <param name="Operations">To replay in all.</param>
/// <param name="Profiles">Taken in turn.</param>
/// <param name="ProfileName">As given; null: all.</param>
/// <param name="Output">Where a failing trace is written; null: a name of its own.</param>
/// <param name="Force">Overwrite it.</param>
/// <param name="Libc">The model's.</param>
/// <param name="RealLibc">The folder of the real one; null: this machine's.</param>
internal sealed record FuzzRequest(ulong Seed, long Operations, IReadOnlyList<TraceProfile> Profiles, string? ProfileName, string? Output, bool Force,
    LibcProfile Libc, string? RealLibc)
{
    public const int BatchOperations = 20_000;

    /// <summary>Deterministic in seed and number; neighbouring batches have seeds far apart.</summary>
    public ulong SeedOf(long batch) => Seed * 0x9e37_79b9_7f4a_7c15 + (ulong)batch * 0xd1b5_4a32_d192_ed03;

    public TraceProfile ProfileOf(long batch) => Profiles[(int)(batch % Profiles.Count)];
}
