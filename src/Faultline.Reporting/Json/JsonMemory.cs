using System.Text.Json;

namespace Faultline.Reporting;

/// <summary>The heap, the zones and the two processes at the last snapshot.</summary>
internal static class JsonMemory
{
    public static void Heap(Utf8JsonWriter json, HeapFragmentation? heap)
    {
        if (heap == null)
        {
            json.WriteNull("heap");
            return;
        }

        json.WriteStartObject("heap");
        json.WriteNumber("internalBytes", heap.InternalBytes);
        json.WriteNumber("internalShare", Math.Round(heap.InternalShare, 6));
        json.WriteNumber("external", Math.Round(heap.External, 6));
        json.WriteNumber("freeBytes", heap.FreeBytes);
        json.WriteNumber("largestFreeBytes", heap.LargestFreeBytes);
        json.WriteNumber("strandedPages", heap.StrandedPages);
        json.WriteNumber("heapResidentPages", heap.HeapResidentPages);
        json.WriteNumber("retainedBytes", heap.RetainedBytes);
        json.WriteNumber("trimmableBytes", heap.TrimmableBytes);
        json.WriteNumber("heapBytes", heap.HeapBytes);
        json.WriteNumber("mappedBytes", heap.MappedBytes);
        json.WriteString("verdict", heap.Verdict);
        json.WriteNumber("mmapThresholdBytes", heap.MmapThreshold);
        json.WriteNumber("trimThresholdBytes", heap.TrimThreshold);
        json.WriteEndObject();
    }

    public static void Zones(Utf8JsonWriter json, IReadOnlyList<ZoneFragmentation> zones)
    {
        json.WriteStartArray("zones");
        foreach (ZoneFragmentation zone in zones)
        {
            json.WriteStartObject();
            json.WriteString("zone", zone.Zone);
            json.WriteNumber("managedPages", zone.ManagedPages);
            json.WriteNumber("freePages", zone.FreePages);
            json.WriteStartArray("freeBlocks");
            foreach (ulong blocks in zone.FreeBlocks)
                json.WriteNumberValue(blocks);
            json.WriteEndArray();
            json.WriteStartArray("unusableIndex");
            foreach (int thousandths in zone.UnusableIndex)
                json.WriteNumberValue(thousandths / 1000m);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static void Calls(Utf8JsonWriter json, KernelCalls? calls)
    {
        if (calls == null)
        {
            json.WriteNull("systemCalls");
            return;
        }

        json.WriteStartObject("systemCalls");
        json.WriteNumber("brk", calls.Brk);
        json.WriteNumber("mmap", calls.Mmap);
        json.WriteNumber("munmap", calls.Munmap);
        json.WriteNumber("mremap", calls.Mremap);
        json.WriteNumber("madvise", calls.Madvise);
        json.WriteEndObject();
    }

    public static void Processes(Utf8JsonWriter json, ProcessFigures? figures)
    {
        if (figures == null)
        {
            json.WriteNull("processes");
            return;
        }

        json.WriteStartObject("processes");
        Line(json, "simulated", figures.Simulated);
        if (figures.Real is { } real)
            Line(json, "real", real);
        else
            json.WriteNull("real");
        json.WriteNumber("realArenaPages", figures.RealArenaPages);
        json.WriteString("difference", figures.Difference);
        json.WriteEndObject();
    }

    private static void Line(Utf8JsonWriter json, string name, TopLine line)
    {
        json.WriteStartObject(name);
        json.WriteNumber("virtKib", line.VirtKib);
        json.WriteNumber("resKib", line.ResKib);
        json.WriteNumber("shrKib", line.ShrKib);
        if (line.MemShare is { } share)
            json.WriteNumber("memPercent", Math.Round(share * 100, 4));
        else
            json.WriteNull("memPercent");
        json.WriteNumber("minorFaults", line.MinorFaults);
        json.WriteNumber("majorFaults", line.MajorFaults);
        json.WriteEndObject();
    }
}
