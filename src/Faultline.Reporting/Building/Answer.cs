using static Faultline.Reporting.Quantity;

namespace Faultline.Reporting;

/// <summary>The one paragraph that answers what was asked for, what glibc made of it, what became resident and what it faulted.</summary>
internal static class Answer
{
    public static string For(in Amounts sum, int allocatingSites, ProcessTotals? process, DataState data, ReplayFacts? replay)
    {
        if (!data.HasCounters)
            return data.Text;
        if (sum.Calls == 0 && replay != null)
            return "The trace has no call of the allocator.";
        if (sum.Calls == 0)
            return "The program made no routed call: it used no native memory through NativeMemory, Marshal or libc.";
        if (sum.Blocks == 0)
            return $"The program made {Count(sum.Calls, replay == null ? "routed call" : "call")} and was given no block.";
        return string.Join(' ', Asked(sum, allocatingSites), Usable(sum), Faulted(process, data), Left(sum));
    }

    private static string Asked(in Amounts sum, int sites)
        => $"The program asked for {Bytes(sum.RequestedBytes)} in {Count(sum.Blocks, "block")} at {Count((ulong)sites, "call site")}.";

    private static string Usable(in Amounts sum)
    {
        string more = sum.UsableBytes > sum.RequestedBytes
            ? $" ({Percent(Share(sum.UsableBytes - sum.RequestedBytes, sum.RequestedBytes))} more)" : "";
        return $"glibc made {Bytes(sum.UsableBytes)} of that usable{more}: {Count(sum.HeapBlocks, "block")} came from the heap, "
            + $"{Number(sum.MappedBlocks)} from mappings of their own.";
    }

    private static string Faulted(ProcessTotals? process, DataState data) => process == null
        ? "How much of it became resident is not known."
        : $"At most {Pages(process.PeakResidentPages)} were resident at once (simulated), {Pages(process.ResidentPages)} "
            + $"{(data.Completeness == Completeness.Final ? "at the end" : "at the last snapshot")}; "
            + $"touching them took {Count(process.MinorFaults, "minor fault")} and {Number(process.MajorFaults)} major.";

    private static string Left(in Amounts sum) => sum.LiveBlocks == 0
        ? "Every block was freed."
        : $"{Count(sum.LiveBlocks, "block")} with {Bytes(sum.LiveRequestedBytes)} {WasOrWere(sum.LiveBlocks)} still allocated at the end.";

    private static string Pages(ulong pages) => $"{Bytes(pages * 4096)} ({Count(pages, "page")})";
}
