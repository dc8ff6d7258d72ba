namespace Faultline.Kernel;

/// <summary>What the processors and the kernel of a machine are: how far they can address memory, and how page tables are built.</summary>
public enum MachineArchitecture
{
    /// <summary>64 bits: the kernel maps all memory; four levels of page tables.</summary>
    X64,

    /// <summary>
    /// 32 bits with physical address extension: up to 64 GiB of memory, of which the kernel maps the first 896 MiB (lowmem) and takes its
    /// own objects from them alone; a process has 3 GiB of addresses; three levels of page tables.
    /// </summary>
    X86Pae,

    /// <summary>32 bits: as above with up to 4 GiB of memory and two levels of page tables, of 1024 entries each.</summary>
    X86,
}
