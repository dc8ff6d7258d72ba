using Faultline.Kernel;

namespace Faultline.Shim.Host;

/// <summary>The arguments of an mmap(2) call, Linux x86-64 values.</summary>
internal readonly unsafe record struct MmapArguments(nuint Address, nuint Length, int Protection, int Flags, int Descriptor, nint Offset)
{
    private const int Anonymous = 0x20;
    private const int Private = 0x02;
    private const int Fixed = 0x10;
    private const int Populate = 0x8000;
    private const int FixedNoReplace = 0x100000;

    /// <summary>Flags that the simulated kernel knows; MAP_STACK means nothing to Linux either.</summary>
    private const int Simulated = Private | Anonymous | Fixed | FixedNoReplace | 0x4000 | Populate | 0x20000;

    public bool IsFixed => (Flags & (Fixed | FixedNoReplace)) != 0;

    public bool IsPopulated => (Flags & Populate) != 0;

    /// <summary>Private anonymous memory with no flag that the simulation does not have (huge pages, locked, below 2 GiB …).</summary>
    public bool CanBeSimulated => (Flags & ~Simulated) == 0 && (Flags & (Private | Anonymous)) == (Private | Anonymous);

    public MapFlags SimulatedFlags => (MapFlags)(Flags & ~Anonymous);

    public void* Call() => HostCalls.mmap((void*)Address, Length, Protection, Flags, Descriptor, Offset);
}
