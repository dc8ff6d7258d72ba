using Faultline.Tracing.Session;
using Faultline.Tracing.Stacks;

namespace Faultline.Tracing.Events;

/// <summary>
/// A trace being read, whatever its format: events in order, by batches, so that neither the file nor an interface call
/// for each event has to be paid for.
/// </summary>
public interface ITraceSource : IDisposable
{
    TraceMetadata Metadata { get; }

    /// <summary>The call sites known so far; all that events delivered up to now refer to are in it.</summary>
    SiteTable Sites { get; }

    /// <summary>
    /// The call stacks known so far; all that events delivered up to now refer to are in it, but for those that a recording which was cut
    /// off had not come to. Empty where the format has none.
    /// </summary>
    StackTable Stacks => StackTable.Empty;

    /// <summary>
    /// Fills the front of <paramref name="events"/> (not empty) and answers how many; 0 at the end, and from then on.
    /// Does not throw for damaged input: the events before the damage are delivered, then <see cref="Damage"/> says where it is.
    /// </summary>
    int Read(Span<TraceEvent> events);

    /// <summary>Why the trace ends early, once <see cref="Read"/> has answered 0; null where it ended as it should.</summary>
    TraceDamage? Damage { get; }

    /// <summary>What the reader met and passed over, one sentence each with its number: for the report's footnotes.</summary>
    IReadOnlyList<string> Notes { get; }
}
