namespace Faultline.Kernel;

/// <summary>What a walk over page tables found: for checks only.</summary>
internal sealed class MappingTally
{
    public Dictionary<uint, int> PteMappings { get; } = [];

    public Dictionary<uint, int> LeafMappings { get; } = [];

    public ulong Tables { get; set; }

    public ulong Resident { get; private set; }

    public ulong Zero { get; private set; }

    public ulong HugeLeaves { get; private set; }

    public void Count(uint frame, bool huge, bool zero)
    {
        ulong pages = huge ? (ulong)PageTables.Entries : 1;
        HugeLeaves += huge ? 1UL : 0;
        if (zero)
        {
            Zero += pages;
            return;
        }

        Resident += pages;
        Dictionary<uint, int> mappings = huge ? LeafMappings : PteMappings;
        mappings[frame] = mappings.GetValueOrDefault(frame) + 1;
    }

    public void Add(MappingTally other)
    {
        Tables += other.Tables;
        Resident += other.Resident;
        Zero += other.Zero;
        HugeLeaves += other.HugeLeaves;
        foreach ((uint frame, int count) in other.PteMappings)
            PteMappings[frame] = PteMappings.GetValueOrDefault(frame) + count;
        foreach ((uint frame, int count) in other.LeafMappings)
            LeafMappings[frame] = LeafMappings.GetValueOrDefault(frame) + count;
    }
}
