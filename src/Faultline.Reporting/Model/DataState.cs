namespace Faultline.Reporting;

/// <summary>How complete the numbers of a report are.</summary>
public enum Completeness
{
    /// <summary>The program ended in order and its last snapshot is the final one.</summary>
    Final,

    /// <summary>It ended without a final snapshot (a signal, a crash): counters to the last call, pages of an earlier moment.</summary>
    Interrupted,

    /// <summary>It ended before any snapshot: counters to the last call, nothing about pages.</summary>
    CountersOnly,

    /// <summary>The shim could not start and the calls went to the real functions.</summary>
    Refused,

    /// <summary>No shim ever attached to the session.</summary>
    NotStarted,
}

/// <summary>
/// The state of the data, with a sentence that says it; <paramref name="PagesAge"/> is how long before the end the last snapshot
/// was taken, null without one or where it is the final one.
/// </summary>
public sealed record DataState(Completeness Completeness, TimeSpan? PagesAge, string Text)
{
    /// <summary>Whether calls were counted at all.</summary>
    public bool HasCounters => Completeness is not (Completeness.Refused or Completeness.NotStarted);
}
