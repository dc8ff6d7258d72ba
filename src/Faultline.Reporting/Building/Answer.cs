namespace Faultline.Reporting;

/// <summary>The one paragraph that answers what was asked for, what glibc made of it, what became resident and what it faulted.</summary>
internal static class Answer
{
    public static string For(in Amounts sum, int allocatingSites, ProcessTotals? process, DataState data)
    {
        if (!data.HasCounters)
            return data.Text;
        if (sum.Calls == 0)
            return "The program made no routed call: it used no native memory through NativeMemory, Marshal or libc.";
        if (sum.Blocks == 0)
            return $"The program made {Quantity.Count(sum.Calls, "routed call")} and was given no block.";
        return string.Join(' ', Asked(sum, allocatingSites), Usable(sum), Faulted(process, data), Left(sum));
    }

    private static string Asked(in Amounts sum, int sites)
        => $"The program asked for {Quantity.Bytes(sum.RequestedBytes)} in {Quantity.Count(sum.Blocks, "block")} at {Quantity.Count((ulong)sites, "call site")}.";

    private static string Usable(in Amounts sum)
    {
        string more = sum.UsableBytes > sum.RequestedBytes
            ? $" ({Quantity.Percent(Quantity.Share(sum.UsableBytes - sum.RequestedBytes, sum.RequestedBytes))} more)" : "";
        return $"glibc made {Quantity.Bytes(sum.UsableBytes)} of that usable{more}: {Quantity.Count(sum.HeapBlocks, "block")} came from the brk heap, "
            + $"{Quantity.Number(sum.MappedBlocks)} from mappings of their own.";
    }

    private static string Faulted(ProcessTotals? process, DataState data) => process == null
        ? "How much of it became resident is not known."
        : $"At most {Pages(process.PeakResidentPages)} were resident at once (simulated), {Pages(process.ResidentPages)} {(data.Completeness == Completeness.Final ? "at the end" : "at the last snapshot")}; "
            + $"touching them took {Quantity.Count(process.MinorFaults, "minor fault")} and {Quantity.Number(process.MajorFaults)} major.";

    private static string Left(in Amounts sum) => sum.LiveBlocks == 0
        ? "Every block was freed."
        : $"{Quantity.Count(sum.LiveBlocks, "block")} with {Quantity.Bytes(sum.LiveRequestedBytes)} {(sum.LiveBlocks == 1 ? "was" : "were")} still allocated at the end.";

    private static string Pages(ulong pages) => $"{Quantity.Bytes(pages * 4096)} ({Quantity.Count(pages, "page")})";
}
