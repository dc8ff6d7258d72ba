// Where a PC's memory lies and which zone it belongs to (arch/x86/kernel/e820.c, arch/x86/mm/init.c zone_sizes_init, 6.18).
//
//   0        1 MiB        16 MiB                    3 GiB      4 GiB
//   │reserved│    DMA     │kernel│    DMA32          │ devices  │struct pages│  Normal …
//
// What the kernel keeps at boot is not managed: the first MiB, its own image (with the page of zeros), and the array of
// struct page, 64 bytes a frame, which boot takes from the highest zone.

namespace Faultline.Kernel;

/// <summary>One zone's frames: [Start, End) spanned, of which [FirstManaged, End) belong to the allocator.</summary>
internal readonly record struct ZoneRange(string Name, uint Start, uint FirstManaged, uint End, uint Present)
{
    /// <summary>Memory that the kernel does not map: it holds no objects of the kernel's.</summary>
    public bool IsHighMem => Name == PhysicalLayout.HighMem;

    public uint Managed => End - FirstManaged;
}

internal static class PhysicalLayout
{
    public const uint DmaEnd = (16u << 20) >> PageSize.Shift;
    public const uint HoleStart = (uint)((3UL << 30) >> PageSize.Shift);
    public const uint NormalStart = (uint)((4UL << 30) >> PageSize.Shift);
    public const uint KernelImagePages = (24u << 20) >> PageSize.Shift;

    /// <summary>What a 32-bit kernel can map at once of its 1 GiB, beside room for other mappings.</summary>
    public const uint LowmemEnd = (896u << 20) >> PageSize.Shift;

    public const string HighMem = "HighMem";

    /// <summary>The page of zeros lies in the kernel's image.</summary>
    public const uint ZeroFrame = DmaEnd + 1;

    private const uint FirstMebibyte = (1u << 20) >> PageSize.Shift;
    private const uint DmaPresent = 3998;

    /// <summary>Zones DMA, DMA32 and Normal (which may be empty) of a machine with this much memory.</summary>
    public static ZoneRange[] ForRam(ulong ramBytes)
    {
        ulong frames = ramBytes >> PageSize.Shift;
        uint low = (uint)Math.Min(frames, HoleStart);
        uint high = (uint)(frames - low);
        uint structPages = (uint)(frames / 64);
        uint image = DmaEnd + KernelImagePages;
        return
        [
            Dma(DmaEnd - FirstMebibyte),
            new("DMA32", DmaEnd, high == 0 ? image + structPages : image, low, low - DmaEnd),
            new("Normal", NormalStart, NormalStart + Math.Min(structPages, high), NormalStart + high, high),
        ];
    }

    /// <summary>
    /// Zones DMA, Normal (lowmem, which the kernel maps: up to 896 MiB) and HighMem (which may be empty) of a 32-bit machine. The array of
    /// struct page, here 32 bytes a frame, must lie in lowmem.
    /// </summary>
    public static ZoneRange[] For32Bit(ulong ramBytes)
    {
        uint frames = (uint)(ramBytes >> PageSize.Shift);
        uint low = Math.Min(frames, LowmemEnd), high = Math.Max(frames, LowmemEnd);
        return
        [
            Dma(DmaEnd - FirstMebibyte),
            new("Normal", DmaEnd, DmaEnd + KernelImagePages + frames / 128, low, low - DmaEnd),
            new(HighMem, LowmemEnd, LowmemEnd, high, high - LowmemEnd),
        ];
    }

    /// <summary>Zones with exactly so many managed pages. Throws <see cref="ArgumentException"/> for what does not fit below the next zone.</summary>
    public static ZoneRange[] ForManaged(ZonePages pages)
    {
        if (pages.Dma is 0 or > DmaEnd - FirstMebibyte)
            throw new ArgumentException($"zone DMA can manage 1 to {DmaEnd - FirstMebibyte} pages, not {pages.Dma}");
        if (pages.Dma32 > HoleStart - DmaEnd - KernelImagePages)
            throw new ArgumentException($"zone DMA32 can manage at most {HoleStart - DmaEnd - KernelImagePages} pages, not {pages.Dma32}");
        uint image = DmaEnd + KernelImagePages;
        return
        [
            Dma(pages.Dma),
            new("DMA32", DmaEnd, image, image + pages.Dma32, KernelImagePages + pages.Dma32),
            new("Normal", NormalStart, NormalStart, NormalStart + pages.Normal, pages.Normal),
        ];
    }

    private static ZoneRange Dma(uint managed) => new("DMA", 1, DmaEnd - managed, DmaEnd, DmaPresent);
}
