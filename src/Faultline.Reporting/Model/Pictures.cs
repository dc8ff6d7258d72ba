using Faultline.Tracing.Inspection;

namespace Faultline.Reporting;

/// <summary>A file of the simulated /proc at the end of the replay, as a program would read it.</summary>
public sealed record ProcFile(string Path, string Text);

/// <summary>
/// What a replay shows beyond its sums. <paramref name="HasTimes"/>: the timeline's times are nanoseconds and not places in the order.
/// A map is null where the program was killed before, or nothing was resident. Histories and temporary blocks (freed by their thread before it
/// allocated another) are by site id.
/// Notes say how the pictures' replay differs from the one that counted.
/// </summary>
public sealed record Pictures(
    Timeline Timeline,
    bool HasTimes,
    HeapMap? AtPeak,
    HeapMap? AtEnd,
    IReadOnlyDictionary<int, SiteHistory> Histories,
    IReadOnlyDictionary<int, ulong> TemporaryBlocks,
    StackPaths Stacks,
    IReadOnlyList<ProcFile> Proc,
    IReadOnlyList<string> Notes);

/// <summary>Where the resident set of a moment comes from, and what asked-for bytes are not in it: the parts of one bar, bytes.</summary>
public sealed record ResidentGap(string Moment, ulong Event, IReadOnlyList<GapPart> Parts, string Text);

/// <summary>A part of a <see cref="ResidentGap"/>. <paramref name="IsResident"/>: it is a part of RES; else it was asked for and is not in memory.</summary>
public sealed record GapPart(string Name, ulong Bytes, bool IsResident, string Meaning);
