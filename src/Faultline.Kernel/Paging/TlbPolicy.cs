namespace Faultline.Kernel;

/// <summary>
/// A processor's translation lookaside buffers for data: entries and ways of the first level, for pages of 4 KiB and of 2 MiB, and of the
/// second level, which holds both. Entries are a multiple of the ways, sets a power of two.
/// </summary>
/// <param name="Name">What reports call it.</param>
/// <param name="L1Entries">First level, 4 KiB.</param>
/// <param name="L1Ways">Entries of a set of it.</param>
/// <param name="L1HugeEntries">First level, 2 MiB.</param>
/// <param name="L1HugeWays">Entries of a set of it.</param>
/// <param name="L2Entries">Second level.</param>
/// <param name="L2Ways">Entries of a set of it.</param>
/// <param name="Pcid">
/// Entries carry the number of the address space, of which a processor tells six apart (arch/x86/mm/tlb.c TLB_NR_DYN_ASIDS): a context
/// switch flushes nothing unless the number is given away. Without it every switch flushes everything.
/// </param>
public sealed record TlbPolicy(string Name, int L1Entries, int L1Ways, int L1HugeEntries, int L1HugeWays, int L2Entries, int L2Ways, bool Pcid = true)
{
    /// <summary>Intel's server cores from Skylake to Cascade Lake: 64 entries in 4 ways, 32 in 4 for 2 MiB, 1536 in 12.</summary>
    public static TlbPolicy Skylake { get; } = new("skylake", 64, 4, 32, 4, 1536, 12);

    /// <summary>Throws <see cref="ArgumentException"/> naming the level that is malformed.</summary>
    internal void Validate()
    {
        Check(L1Entries, L1Ways, nameof(L1Entries));
        Check(L1HugeEntries, L1HugeWays, nameof(L1HugeEntries));
        Check(L2Entries, L2Ways, nameof(L2Entries));
    }

    private void Check(int entries, int ways, string level)
    {
        if (ways < 1 || entries < ways || entries % ways != 0 || !System.Numerics.BitOperations.IsPow2(entries / ways))
            throw new ArgumentException($"Tlb {Name}: {level} {entries} in {ways} ways is not a power of two of sets");
    }
}
