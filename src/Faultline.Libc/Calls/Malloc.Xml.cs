using System.Globalization;
using System.Text;

namespace Faultline.Libc;

// malloc_info(3) of glibc 2.36, byte for byte. Sizes of binned chunks are the raw size words: one more than the size (P).
public sealed unsafe partial class Malloc<TProcess>
{
    /// <summary>What malloc_info(0, stream) prints: XML, lines end with '\n'.</summary>
    public string GetMallocInfoXml()
    {
        StringBuilder text = new("<malloc version=\"1\">\n");
        XmlTotals sum = default;
        ulong arena = _mainArena;
        int number = 0;
        do
        {
            Lock(arena);
            text.Append(CultureInfo.InvariantCulture, $"<heap nr=\"{number++}\">\n<sizes>\n");
            XmlTotals totals = AppendSizes(text, arena);
            int heaps = MeasureHeaps(arena, ref totals);
            Unlock(arena);
            text.Append("</sizes>\n");
            AppendFree(text, totals);
            AppendSystem(text, totals);
            if (heaps > 0)
                AppendSpace(text, "aspace", "subheaps", (ulong)heaps);
            text.Append("</heap>\n");
            sum = sum.Plus(totals);
            arena = NextArena(arena);
        }
        while (arena != _mainArena);

        AppendFree(text, sum);
        AppendTotal(text, "mmap", (ulong)_mappedChunks, _mappedBytes);
        AppendSystem(text, sum);
        return text.Append("</malloc>\n").ToString();
    }

    private XmlTotals AppendSizes(StringBuilder text, ulong arena)
    {
        XmlTotals totals = new() { RestCount = 1, RestBytes = SizeOf(Top(arena)) };
        for (ulong index = 0; index < ArenaLayout.FastbinCount; index++)
        {
            ulong count = 0, size = (index + 2) * ChunkLayout.Alignment;
            for (ulong chunk = FastbinHead(arena, index); chunk != 0; chunk = Fd(chunk))
                count++;
            AppendSize(text, "size", size - ChunkLayout.AlignmentMask, size, count * size, count);
            totals.FastCount += count;
            totals.FastBytes += count * size;
        }

        for (int index = BinIndex.Unsorted + 1; index <= BinIndex.Heads; index++)
            AppendBin(text, arena, index, ref totals);
        AppendBin(text, arena, BinIndex.Unsorted, ref totals);
        return totals;
    }

    private void AppendBin(StringBuilder text, ulong arena, int index, ref XmlTotals totals)
    {
        ulong bin = BinHead(arena, index), count = 0, total = 0, from = ulong.MaxValue, to = 0;
        for (ulong chunk = Fd(bin); chunk != bin; chunk = Fd(chunk))
        {
            ulong raw = Head(chunk);
            count++;
            total += raw;
            from = Math.Min(from, raw);
            to = Math.Max(to, raw);
        }

        AppendSize(text, index == BinIndex.Unsorted ? "unsorted" : "size", from, to, total, count);
        totals.RestCount += count;
        totals.RestBytes += total;
    }

    private static void AppendSize(StringBuilder text, string element, ulong from, ulong to, ulong total, ulong count)
    {
        if (count != 0)
            text.Append(CultureInfo.InvariantCulture, $"  <{element} from=\"{from}\" to=\"{to}\" total=\"{total}\" count=\"{count}\"/>\n");
    }

    /// <summary>Memory that an arena holds. Answers the number of heaps, 0 for the main arena.</summary>
    private int MeasureHeaps(ulong arena, ref XmlTotals totals)
    {
        totals.System = SystemMemory(arena);
        totals.MaximumSystem = MaximumSystemMemory(arena);
        totals.Space = totals.Writable = totals.System;
        if (arena == _mainArena)
            return 0;
        totals.Space = totals.Writable = 0;
        int heaps = 0;
        for (ulong heap = HeapLayout.Of(Top(arena)); heap != 0; heap = Word(heap + HeapLayout.Previous))
        {
            totals.Space += Word(heap + HeapLayout.Size);
            totals.Writable += Word(heap + HeapLayout.WritableSize);
            heaps++;
        }

        return heaps;
    }

    private static void AppendFree(StringBuilder text, XmlTotals totals)
    {
        AppendTotal(text, "fast", totals.FastCount, totals.FastBytes);
        AppendTotal(text, "rest", totals.RestCount, totals.RestBytes);
    }

    private static void AppendTotal(StringBuilder text, string type, ulong count, ulong size) =>
        text.Append(CultureInfo.InvariantCulture, $"<total type=\"{type}\" count=\"{count}\" size=\"{size}\"/>\n");

    private static void AppendSystem(StringBuilder text, XmlTotals totals)
    {
        AppendSpace(text, "system", "current", totals.System);
        AppendSpace(text, "system", "max", totals.MaximumSystem);
        AppendSpace(text, "aspace", "total", totals.Space);
        AppendSpace(text, "aspace", "mprotect", totals.Writable);
    }

    private static void AppendSpace(StringBuilder text, string element, string type, ulong size) =>
        text.Append(CultureInfo.InvariantCulture, $"<{element} type=\"{type}\" size=\"{size}\"/>\n");

    private struct XmlTotals
    {
        public ulong FastCount, FastBytes, RestCount, RestBytes, System, MaximumSystem, Space, Writable;

        public readonly XmlTotals Plus(XmlTotals other) => new()
        {
            FastCount = FastCount + other.FastCount,
            FastBytes = FastBytes + other.FastBytes,
            RestCount = RestCount + other.RestCount,
            RestBytes = RestBytes + other.RestBytes,
            System = System + other.System,
            MaximumSystem = MaximumSystem + other.MaximumSystem,
            Space = Space + other.Space,
            Writable = Writable + other.Writable,
        };
    }
}
