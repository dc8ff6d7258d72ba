namespace Faultline.Reporting;

/// <summary>
/// A rule as a SARIF log names it: id, title and page are those of Faultline.Analyzers (a test compares them), so that results of builds and
/// of runs are taken for the same.
/// </summary>
/// <param name="Id">FLT….</param>
/// <param name="Name">One word.</param>
/// <param name="Title">The rule's title.</param>
/// <param name="Description">What a breach of it means in a run.</param>
public sealed record SarifRule(string Id, string Name, string Title, string Description)
{
    /// <summary>By id.</summary>
    public static readonly IReadOnlyList<SarifRule> All =
    [
        new("FLT1004", "FreedTwice", "Native memory is freed twice", "The program freed a block that it had freed before."),
        new("FLT1005", "UsedAfterFree", "Native memory is used after it was freed", "The program wrote to, touched or resized a block that it had freed."),
        new("FLT1006", "MismatchedDeallocator", "Allocator and deallocator do not match", "The program gave a block back by another family's function."),
        new("FLT1007", "NotStartOfBlock", "Freed pointer is not the start of a heap block", "The program freed a pointer at which no block starts."),
        new("FLT1012", "OutsideOfBlock", "Constant index outside of the allocated block", "The program wrote past the end of a block."),
        new("FLT2001", "MeasuredCost", "Measured: cost of this allocation site", "The run took more page faults than it may."),
        new("FLT2002", "MeasuredLeak", "Measured: this allocation site leaks", "The run ended with more native memory not freed than it may."),
        new("FLT2003", "MeasuredPinning", "Measured: this site's blocks pin the heap (fragmentation)", "More of the heap than may be was free and could not be given back."),
    ];

    /// <summary>Where the page stands, as the compiler's own log has it.</summary>
    public string HelpUri => $"src/Faultline.Analyzers/Rules/{Id}.md";
}
