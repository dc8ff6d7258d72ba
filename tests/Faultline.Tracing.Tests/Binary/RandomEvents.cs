using Faultline.Tracing.Events;

namespace Faultline.Tracing.Tests.Binary;

/// <summary>Events drawn from a seed: some as programs make them, some with every field at an extreme.</summary>
internal sealed class RandomEvents(int seed)
{
    private static readonly TraceEventKind[] Kinds = Enum.GetValues<TraceEventKind>();
    private readonly Random _random = new(seed);
    private ulong _time;

    public TraceEvent[] Next(int count)
    {
        var events = new TraceEvent[count];
        for (int i = 0; i < count; i++)
            events[i] = _random.Next(4) == 0 ? Extreme() : Ordinary();
        return events;
    }

    /// <summary>Like a small program with few sites and a heap of 1 MiB.</summary>
    public TraceEvent Ordinary()
    {
        _time += (ulong)_random.Next(2000);
        TraceEventKind kind = _random.Next(3) == 0 ? TraceEventKind.Free : _random.Next(3) == 0 ? TraceEventKind.Write : TraceEventKind.Malloc;
        return new TraceEvent
        {
            Kind = kind,
            Thread = _random.Next(8) == 0 ? 1 : 0,
            Site = _random.Next(50),
            Address = 0x5555_5555_9000 + (ulong)_random.Next(1 << 16) * 16,
            Size = kind == TraceEventKind.Free ? 0 : (ulong)_random.Next(2000),
            Time = _time,
            Stack = kind == TraceEventKind.Malloc && _random.Next(4) == 0 ? _random.Next(300) : 0,
        };
    }

    /// <summary>Any kind, any value, times that jump and go back.</summary>
    private TraceEvent Extreme() => new()
    {
        Kind = Kinds[_random.Next(Kinds.Length)],
        Flags = (TraceEventFlags)_random.Next(8),
        Thread = (int)AnyNumber(),
        Site = (int)AnyNumber(),
        Argument = (uint)AnyNumber(),
        Stack = _random.Next(2) == 0 ? 0 : (int)AnyNumber(),
        Address = AnyNumber(),
        OldAddress = AnyNumber(),
        Size = AnyNumber(),
        Second = AnyNumber(),
        Time = _random.Next(2) == 0 ? _time : _time = AnyNumber(),
    };

    /// <summary>Numbers of every length, the ends of the ranges among them.</summary>
    private ulong AnyNumber() => _random.Next(6) switch
    {
        0 => 0,
        1 => ulong.MaxValue,
        2 => 1UL << _random.Next(64),
        3 => (1UL << _random.Next(64)) - 1,
        _ => (ulong)_random.NextInt64(long.MinValue, long.MaxValue) >> _random.Next(64),
    };
}
