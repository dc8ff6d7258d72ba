using Faultline.Tracing.Session;
using static Faultline.Reporting.Quantity;

namespace Faultline.Reporting;

/// <summary>Puts a finding into plain words: what happened, where, and what it means without Faultline.</summary>
internal static class FindingBuilder
{
    /// <summary>The last three are the parts that the sites played.</summary>
    private sealed record Words(
        string Title, string Text, string Consequence,
        string Allocated = "allocated", string Released = "freed", string Detected = "seen at");

    public static Finding Build(in FindingRecord record, SiteTable table)
    {
        Words words = WordsFor(record);
        List<FindingStep> steps = [];
        AddStep(steps, words.Allocated, record.AllocationSite, table);
        AddStep(steps, words.Released, record.ReleaseSite, table);
        AddStep(steps, words.Detected, record.DetectionSite, table);
        return new(record.Kind, words.Title, RuleId(record.Kind), record.Occurrences, words.Text, words.Consequence, steps,
            record.Address, record.BlockAddress, record.BlockBytes, record.Amount);
    }

    private static void AddStep(List<FindingStep> steps, string role, uint site, SiteTable table)
    {
        if (site != 0)
            steps.Add(new(role, table.Get((int)site)));
    }

    /// <summary>The rule that finds the same before the program runs.</summary>
    private static string? RuleId(FindingKind kind) => kind switch
    {
        FindingKind.DoubleFree => "FLT1004",
        FindingKind.WriteAfterFree or FindingKind.TouchOfFreedPage or FindingKind.ReallocAfterFree => "FLT1005",
        FindingKind.FamilyMismatch => "FLT1006",
        FindingKind.FreeOfInteriorPointer or FindingKind.FreeOfUnknownPointer => "FLT1007",
        FindingKind.WritePastEnd => "FLT1012",
        _ => null,
    };

    private static Words WordsFor(in FindingRecord f) => f.Kind switch
    {
        FindingKind.DoubleFree => new("double free",
            $"{Block(f)} was freed again after it had been freed.",
            "Faultline left it alone; glibc aborts the program when it notices, or hands the same block out twice when it does not.",
            Detected: "freed again"),
        FindingKind.FreeOfInteriorPointer => new("free of a pointer into a block",
            $"{Address(f.Address)} was freed; it lies {Count(f.Amount, "byte")} inside {Lower(Block(f))}.",
            "Faultline ignored it; glibc aborts the program, or takes the bytes before the pointer for a chunk header.",
            Detected: "freed at"),
        FindingKind.FreeOfUnknownPointer => new("free of a pointer that is no block",
            $"{Address(f.Address)} was freed, but no block was ever handed out there.",
            "Faultline ignored it; glibc aborts the program, or takes the bytes before the pointer for a chunk header.",
            Detected: "freed at"),
        FindingKind.WritePastEnd => new("write past the end of a block",
            Overrun(f),
            "Here they were padding; in glibc's layout the next bytes are the next chunk's header.",
            Detected: "noticed at"),
        FindingKind.WriteAfterFree => new("write to a freed block",
            $"{Block(f)} was written to after it had been freed.",
            "glibc keeps the links of its free lists there: a later allocation may answer any address, or crash.",
            Detected: "noticed at"),
        FindingKind.TouchOfFreedPage => new("touch of pages that belong to no block",
            $"{Count(f.Amount, "page")} from {Address(f.Address)} on {WasOrWere(f.Amount)} touched, though no block covered that place"
                + (f.BlockAddress == 0 ? "." : $"; the nearest was {Lower(Block(f))}."),
            "Memory was used after it was freed, or past the end of a mapped block: "
                + "without Faultline that is a SIGSEGV, or somebody else's data.",
            Detected: "noticed at"),
        FindingKind.ReallocAfterFree => new("realloc of a freed block",
            $"{Block(f)} was passed to realloc after it had been freed.",
            "Faultline answered as if the pointer were not its own; glibc aborts the program, or corrupts its free lists.",
            Detected: "reallocated at"),
        FindingKind.FamilyMismatch => new("allocator and deallocator do not match",
            $"{Block(f)} was given back by another family's function.",
            "glibc does not mind; on Windows and on other C libraries it corrupts the heap.",
            Released: "freed at", Detected: "freed at"),
        FindingKind.OutOfFrames => new("the simulated machine ran out of memory",
            $"{Count(f.Amount, "page")} found no free frame.",
            "Linux would have reclaimed, swapped or killed here, which is not simulated: give the machine more memory with --ram."),
        FindingKind.Internal => new("Faultline failed inside the program",
            "Faultline met an error of its own and stepped aside; from there on calls went to the real functions (see the notes).",
            "The numbers end at that point. Please report it."),
        _ => new($"finding of kind {(uint)f.Kind}", $"{Address(f.Address)}, {Lower(Block(f))}.",
            "The session was written by another version of Faultline."),
    };

    /// <summary>Address is the first byte that was changed, Amount the distance from it to the last one, both included.</summary>
    private static string Overrun(in FindingRecord f)
    {
        ulong first = f.Address - f.BlockAddress;
        ulong last = first + Math.Max(f.Amount, 1) - 1;
        string offsets = first == last ? $"Offset {Number(first)}" : $"Offsets {Number(first)} to {Number(last)}";
        return $"{offsets} of {Lower(Block(f))} {(first == last ? "was" : "were")} written to; it ends at {Number(f.BlockBytes)}.";
    }

    private static string Block(in FindingRecord f)
        => f.BlockAddress == 0 ? "A block" : $"The {Number(f.BlockBytes)}-byte block at {Address(f.BlockAddress)}";

    private static string Lower(string sentence) => char.ToLowerInvariant(sentence[0]) + sentence[1..];
}
