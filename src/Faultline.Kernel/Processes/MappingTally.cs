namespace Faultline.Kernel;

/// <summary>What a walk over page tables found: for checks only.</summary>
internal sealed class MappingTally
{
    public Dictionary<uint, int> PteMappings { get; } = [];

    public Dictionary<uint, int> LeafMappings { get; } = [];

    /// <summary>Page-table entries that name a slot of swap, by slot.</summary>
    public Dictionary<uint, int> Slots { get; } = [];

    public ulong Tables { get; set; }

    public ulong Resident { get; private set; }

    public ulong Zero { get; private set; }

    public ulong HugeLeaves { get; private set; }

    public ulong Swapped { get; private set; }

    public void CountSlot(uint slot)
    {
        Swapped++;
        Slots[slot] = Slots.GetValueOrDefault(slot) + 1;
    }

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
        Swapped += other.Swapped;
        foreach ((uint slot, int count) in other.Slots)
            Slots[slot] = Slots.GetValueOrDefault(slot) + count;
        foreach ((uint frame, int count) in other.PteMappings)
            PteMappings[frame] = PteMappings.GetValueOrDefault(frame) + count;
        foreach ((uint frame, int count) in other.LeafMappings)
            LeafMappings[frame] = LeafMappings.GetValueOrDefault(frame) + count;
    }
}
