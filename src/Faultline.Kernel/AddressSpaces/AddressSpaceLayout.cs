namespace Faultline.Kernel;

/// <summary>
/// Where a process's memory may lie; modelled after arch/x86/mm/mmap.c and fs/exec.c, without randomisation.
/// <code>
///   0 … MmapMin │ BrkStart ─► heap grows up … (BrkLimit) │ … mappings grow down ◄─ MmapBase │ TaskSize
/// </code>
/// All bounds are page aligned byte addresses.
/// </summary>
public sealed record AddressSpaceLayout
{
    /// <summary>The program break of a fresh process.</summary>
    public VirtualAddress BrkStart { get; init; } = new(0x5555_5555_9000);

    /// <summary>Start of something foreign that the heap cannot grow into; like any mapping it keeps a guard page free below it. Null: none.</summary>
    public VirtualAddress? BrkLimit { get; init; }

    /// <summary>Exclusive top of the area that mmap(2) searches downwards.</summary>
    public VirtualAddress MmapBase { get; init; } = new(0x7fff_f7ff_f000);

    /// <summary>Lowest address that can be mapped (vm.mmap_min_addr, which makes a null pointer fault).</summary>
    public VirtualAddress MmapMin { get; init; } = new(0x1_0000);

    /// <summary>Exclusive top of everything: hints, fixed addresses, and growth in place end here. Null: <see cref="MmapBase"/>.</summary>
    public VirtualAddress? TaskSize { get; init; }

    /// <summary>A 64-bit process with 47 bits of user space and a gap for the stack above the mappings, as with randomisation off.</summary>
    public static AddressSpaceLayout X64 { get; } = new() { TaskSize = new(0x7fff_ffff_f000) };

    /// <summary>
    /// A process of a 32-bit machine: 3 GiB, the fourth being the kernel's; a program at its linked place, mappings down from 128 MiB
    /// below the top, which are kept for the stack.
    /// </summary>
    public static AddressSpaceLayout X86 { get; } = new()
    {
        BrkStart = new(0x0804_c000),
        MmapBase = new(0xb800_0000),
        TaskSize = new(Lowest32BitKernel),
    };

    /// <summary>A 32-bit process of a 64-bit machine: all of 4 GiB but for the last two pages, with randomisation off.</summary>
    public static AddressSpaceLayout X86OnX64 { get; } = new()
    {
        BrkStart = new(0x5655_a000),
        MmapBase = new(0xf7ff_e000),
        TaskSize = new(0xffff_e000),
    };

    /// <summary>PAGE_OFFSET of a 32-bit kernel: 3 GiB.</summary>
    internal const ulong Lowest32BitKernel = 0xc000_0000;

    internal ulong Top => (TaskSize ?? MmapBase).Value;

    /// <summary>Throws <see cref="ArgumentException"/> naming the bound that is not page aligned, not canonical or out of order.</summary>
    internal void Validate()
    {
        Check(BrkStart, nameof(BrkStart));
        Check(MmapBase, nameof(MmapBase));
        Check(MmapMin, nameof(MmapMin));
        Check(BrkLimit ?? VirtualAddress.Null, nameof(BrkLimit));
        Check(new(Top), nameof(TaskSize));
        if (MmapMin >= MmapBase || MmapBase.Value > Top || BrkStart < MmapMin || BrkStart.Value > Top)
            throw new ArgumentException($"address space bounds out of order: MmapMin {MmapMin}, BrkStart {BrkStart}, MmapBase {MmapBase}, TaskSize 0x{Top:x}");
    }

    private static void Check(VirtualAddress bound, string name)
    {
        if ((bound.Value & PageSize.Mask) != 0 || bound.Value >= 1UL << 47)
            throw new ArgumentException($"{name} {bound} is not a page-aligned address below 2^47");
    }
}
