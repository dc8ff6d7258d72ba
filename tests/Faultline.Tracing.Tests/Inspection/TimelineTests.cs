using Faultline.Tracing.Inspection;

namespace Faultline.Tracing.Tests.Inspection;

public class TimelineTests
{
    [Fact]
    public void Points_are_few_even_and_keep_the_highest_values()
    {
        ulong seed = (ulong)Random.Shared.NextInt64();
        Random random = new((int)seed);
        for (int round = 0; round < 30; round++)
        {
            int events = 1 + random.Next(20_000);
            ulong[] resident = [.. Enumerable.Range(0, events).Select(_ => (ulong)random.Next(1 << 20))];
            Timeline timeline = new();
            timeline.Add(default);
            ulong highest = 0;
            for (ulong e = 1; e <= (ulong)events; e++)
            {
                highest = Math.Max(highest, resident[e - 1]);
                if (e != timeline.Next)
                    continue;
                timeline.Add(new() { Event = e, HighestResidentPages = highest });
                highest = 0;
            }

            timeline.Close(new() { Event = (ulong)events, HighestResidentPages = highest });
            string where = $"seed {(int)seed}, round {round}, {events} events";
            Assert.True(timeline.Points.Count <= Timeline.MostPoints, where);
            Assert.True(timeline.Points.Count >= Math.Min(events, Timeline.MostPoints / 2), where);
            Assert.Equal(0UL, timeline.Points[0].Event);
            for (int i = 1; i < timeline.Points.Count; i++)
            {
                ulong from = timeline.Points[i - 1].Event, to = timeline.Points[i].Event;
                Assert.True(i == timeline.Points.Count - 1 ? to - from <= timeline.Distance : to - from == timeline.Distance, where);
                Assert.Equal(resident[(int)from..(int)to].Max(), timeline.Points[i].HighestResidentPages);
            }
        }
    }

    [Fact]
    public void Markers_that_do_not_fit_are_counted()
    {
        Timeline timeline = new();
        for (ulong i = 0; i < Timeline.MostMarkers + 5; i++)
            timeline.Mark(new(MarkerKind.Threshold, i, i, 0, i, i + 1));
        Assert.Equal(Timeline.MostMarkers, timeline.Markers.Count);
        Assert.Equal(5, timeline.MarkersNotKept);
    }

    [Theory]
    [InlineData(0UL, 0)]
    [InlineData(1UL, 1)]
    [InlineData(2UL, 2)]
    [InlineData(3UL, 2)]
    [InlineData(4UL, 3)]
    [InlineData(ulong.MaxValue, SiteHistory.Buckets - 1)]
    public void Buckets_are_powers_of_two(ulong value, int bucket) => Assert.Equal(bucket, SiteHistory.BucketOf(value));
}
