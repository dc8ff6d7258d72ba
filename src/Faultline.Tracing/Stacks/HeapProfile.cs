using Faultline.Tracing.Events;

namespace Faultline.Tracing.Stacks;

/// <summary>
/// What the program held at a moment. <paramref name="Time"/>: bytes allocated and freed up to then. <paramref name="Stacks"/>: who held it, for some moments; null for the others.
/// </summary>
public sealed record HeapMoment(ulong Time, ulong LiveBytes, bool IsPeak, IReadOnlyList<LiveStack>? Stacks);

/// <summary>A trace as a series of moments, as massif takes them: evenly spread over the bytes moved, with the peak and the end.</summary>
public static class HeapProfile
{
    private const int Spread = 72;
    private const int DetailedEvery = 10;
    private const int Batch = 4096;

    /// <summary>Goes over the trace twice. <paramref name="open"/> opens it anew each time; the caller of it owns nothing. Damage ends both at the same place.</summary>
    public static IReadOnlyList<HeapMoment> Take(Func<ITraceSource> open)
    {
        ulong peak = 0, peakEvent = 0;
        LiveStacks whole = Follow(open, (stacks, number) =>
        {
            if (stacks.Live > peak)
                (peak, peakEvent) = (stacks.Live, number);
        });
        List<HeapMoment> moments = [new(0, 0, false, null)];
        ulong interval = Math.Max(1, whole.Moved / Spread), next = interval;
        LiveStacks end = Follow(open, (stacks, number) =>
        {
            bool isPeak = number == peakEvent;
            if (!isPeak && stacks.Moved < next)
                return;
            moments.Add(new(stacks.Moved, stacks.Live, isPeak, isPeak || moments.Count % DetailedEvery == 0 ? stacks.ToList() : null));
            next = Math.Max(next, stacks.Moved + interval);
        });
        moments.Add(new(end.Moved, end.Live, false, end.ToList()));
        return moments;
    }

    private static LiveStacks Follow(Func<ITraceSource> open, Action<LiveStacks, ulong> look)
    {
        using ITraceSource source = open();
        LiveStacks stacks = new(hasOneSite: source.Metadata.Source == "text");
        var events = new TraceEvent[Batch];
        ulong number = 0;
        for (int count; (count = source.Read(events)) > 0;)
            foreach (ref readonly TraceEvent e in events.AsSpan(0, count))
            {
                stacks.Apply(e);
                look(stacks, ++number);
            }

        return stacks;
    }
}
