using System.Runtime.InteropServices;

namespace Faultline.Kernel;

/// <summary>What a walk over the page tables of one process after the other found: for checks only.</summary>
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
        CollectionsMarshal.GetValueRefOrAddDefault(Slots, slot, out _)++;
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
        CollectionsMarshal.GetValueRefOrAddDefault(huge ? LeafMappings : PteMappings, frame, out _)++;
    }
}
