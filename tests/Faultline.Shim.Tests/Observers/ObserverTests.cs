using Faultline.Kernel;
using Faultline.Shim.Arena;
using Faultline.Shim.Observers;
using Faultline.Shim.Tests.Support;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Tests.Observers;

/// <summary>Each observer sees the same sets of pages; mincore takes pages that were only read for written ones.</summary>
public unsafe class ObserverTests
{
    private const ulong Length = 64UL << 20;
    private const ulong Pages = Length >> PageSize.Shift;

    public static TheoryData<ObserverRequest> Observed => [ObserverRequest.PagemapScan, ObserverRequest.Pagemap, ObserverRequest.Mincore];

    [Theory]
    [MemberData(nameof(Observed))]
    public void SeesWhatWasTouched(ObserverRequest request)
    {
        using RealArena arena = RealArena.TryReserve(Length)!;
        using TouchObserver observer = ObserverChoice.Choose(request, out string reason);
        Assert.Equal(request.ToString(), observer.Kind.ToString());
        Assert.StartsWith("observed", reason);
        char[] expected = Touch(arena, new Random(42));
        if (request == ObserverRequest.Mincore)
            expected = [.. expected.Select(state => state == 'r' ? 'w' : state)];
        Assert.Equal(new string(expected), Scan(observer, arena.Start, arena.End));

        // Parts, too, wherever they begin and end.
        for (ulong start = 1; start < 4000; start = start * 2 + 1)
        {
            string part = Scan(observer, arena.Start + start * PageSize.Bytes, arena.Start + (start + 777) * PageSize.Bytes);
            Assert.Equal(new string(expected, (int)start, 777), part);
        }

        arena.Discard(arena.Start, Length);
        Assert.Equal(new string('-', (int)Pages), Scan(observer, arena.Start, arena.End));
    }

    [Fact]
    public void TheBestObserverIsTakenAndNamed()
    {
        using TouchObserver best = ObserverChoice.Choose(ObserverRequest.Best, out string reason);
        Assert.NotEqual(ObserverKind.Assumed, best.Kind);
        Assert.StartsWith("observed: real pages read", reason);
        using TouchObserver assumed = ObserverChoice.Choose(ObserverRequest.Assume, out reason);
        Assert.Equal(ObserverKind.Assumed, assumed.Kind);
        Assert.StartsWith("assumed, as asked for", reason);
    }

    /// <summary>The same program under each observer: same faults; mincore overstates what is resident by the pages only read.</summary>
    [Fact]
    public void TheReportIsTheSameUnderEachObserver()
    {
        (ulong Faults, ulong Resident) reference = Measure(ObserverRequest.PagemapScan);
        Assert.Equal(reference, Measure(ObserverRequest.Pagemap));
        (ulong faults, ulong resident) = Measure(ObserverRequest.Mincore);
        Assert.Equal(reference.Faults, faults);
        Assert.Equal(reference.Resident + 100, resident);
        (ulong assumedFaults, ulong assumedResident) = Measure(ObserverRequest.Assume);
        Assert.Equal(assumedFaults, assumedResident);
        Assert.InRange(assumedFaults, 768UL + 100, 768UL + 105);
    }

    private static (ulong Faults, ulong Resident) Measure(ObserverRequest request)
    {
        using var test = new TestEngine(request);
        byte* written = test.Malloc(2 << 20);
        byte* read = test.Malloc(1 << 20);
        byte* small = test.Malloc(100 * 4096 - 100);
        TestEngine.WritePages(written, 200 * 4096);
        // The header is on the first page, which is written thereby.
        TestEngine.ReadPages(read + 4096, 99 * 4096 + 1);
        TestEngine.WritePages(small, 50 * 4096);
        SnapshotRecord snapshot = test.Snapshot();
        return (snapshot.MinorFaults, snapshot.ResidentPages);
    }

    /// <summary>A picture of the arena, one letter a page: w written, r read, - neither. Long runs and single pages, more than fit one scan.</summary>
    private static char[] Touch(RealArena arena, Random random)
    {
        char[] states = new char[Pages];
        int page = 0;
        while (page < states.Length)
        {
            char state = "wr-"[random.Next(3)];
            int run = random.Next(10) == 0 ? random.Next(1000) : random.Next(1, 4);
            for (; run > 0 && page < states.Length; run--, page++)
            {
                states[page] = state;
                byte* at = (byte*)arena.Start + (long)page * 4096 + random.Next(4096);
                if (state == 'w')
                    *at = 1;
                else if (state == 'r')
                    Volatile.Read(ref *at);
            }
        }

        return states;
    }

    private static string Scan(TouchObserver observer, ulong start, ulong end)
    {
        char[] states = new char[(end - start) >> PageSize.Shift];
        Array.Fill(states, '-');
        for (ulong at = start; at < end;)
        {
            int count = observer.Scan(at, end, out ulong next);
            Assert.True(next > at && next <= end);
            for (int i = 0; i < count; i++)
                for (ulong page = observer.Ranges[i].Start; page < observer.Ranges[i].End; page += PageSize.Bytes)
                    states[(page - start) >> PageSize.Shift] = observer.Ranges[i].Written ? 'w' : 'r';
            at = next;
        }

        return new string(states);
    }
}
