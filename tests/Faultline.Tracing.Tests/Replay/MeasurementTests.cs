using System.Text;
using CsCheck;
using Faultline.Tracing.Replay;

namespace Faultline.Tracing.Tests.Replay;

/// <summary>Sizes, lifetimes and pinning by site.</summary>
public class MeasurementTests
{
    private static readonly ReplayOptions s_measured = Replays.Default with { Measures = true };

    [Fact]
    public void Sizes_and_lifetimes_are_counted()
    {
        // Block 0 sees two others made before it goes, block 1 none, block 2 stays.
        SiteMeasurement site = Of("a 0 100\na 1 5000\nf 1\na 2 100\nf 0\n").Sites[1];
        Assert.Equal((3UL, 100UL, 5000UL), (site.Sizes.Count, site.Sizes.Least, site.Sizes.Greatest));
        Assert.Equal([(64UL, 127UL, 2UL), (4096UL, 8191UL, 1UL)], site.Sizes.NotEmpty());
        Assert.Equal([(0UL, 0UL, 1UL), (2UL, 3UL, 1UL)], site.Lifetimes.NotEmpty());
    }

    [Fact]
    public void A_resized_block_is_a_new_one()
    {
        SiteMeasurement site = Of("a 0 100\nr 0 200\nf 0\n").Sites[1];
        Assert.Equal((2UL, 100UL, 200UL), (site.Sizes.Count, site.Sizes.Least, site.Sizes.Greatest));
        Assert.Equal([(0UL, 0UL, 2UL)], site.Lifetimes.NotEmpty());
    }

    /// <summary>Measuring looks at the model and changes nothing of it.</summary>
    [Theory]
    [InlineData("mt-first")]
    [InlineData("real-ls")]
    public void The_counters_are_the_same_with_and_without(string trace)
    {
        ReplayResult without = Replays.Committed(trace), with = Replays.Committed(trace, s_measured);
        Assert.Null(without.Measurements);
        Assert.Equal(without.Sites, with.Sites);
        Assert.Equal(without.Snapshot, with.Snapshot);
        foreach (ReplayedSite site in with.Sites.Where(site => site.Counters.Allocations > 0))
        {
            Assert.Equal(site.Counters.Allocations, with.Measurements!.Sites[site.Id].Sizes.Count);
            Assert.Equal(site.Counters.Released, with.Measurements.Sites[site.Id].Lifetimes.Count);
        }
    }

    /// <summary>1,000 large blocks with a small one behind each; then the large ones go and the small ones stay.</summary>
    [Fact]
    public void Small_blocks_that_stay_pin_what_was_freed_around_them()
    {
        StringBuilder trace = new();
        Interleave(trace);
        for (int i = 0; i < 1000; i++)
            trace.Append($"f {2 * i}\n");
        Linger(trace);
        Measurements measured = Of(trace.ToString());
        Assert.InRange(measured.Pinning.Pages, 2500UL, 4100UL);
        Assert.Equal(measured.Pinning.Pages, measured.Sites[1].PinnedPages);
    }

    /// <summary>The same blocks, all freed from the first to the last: each look finds another holder.</summary>
    [Fact]
    public void Memory_that_is_being_freed_pins_nothing()
    {
        StringBuilder trace = new();
        Interleave(trace);
        for (int i = 0; i < 2000; i++)
            trace.Append($"f {i}\n");
        Linger(trace);
        Assert.InRange(Of(trace.ToString()).Pinning.Pages, 0UL, 16UL);
    }

    [Fact]
    public void A_histogram_holds_each_number_in_its_bucket()
        => Gen.ULong.Array[1, 50].Sample(numbers =>
        {
            PowerHistogram histogram = new();
            foreach (ulong number in numbers)
                histogram.Add(number);
            ulong[] sorted = [.. numbers.Order()];
            Assert.Equal((sorted[0], sorted[^1], (ulong)numbers.Length), (histogram.Least, histogram.Greatest, histogram.Count));
            foreach ((ulong from, ulong to, ulong count) in histogram.NotEmpty())
                Assert.Equal(count, (ulong)numbers.Count(number => from <= number && number <= to));
            Assert.Equal(histogram.Count, histogram.NotEmpty().Aggregate(0UL, (sum, bucket) => sum + bucket.Count));
            Assert.True(histogram.MedianAtMost() >= sorted[(numbers.Length - 1) / 2]);
        });

    [Fact]
    public void Histograms_add_up()
        => Gen.Select(Gen.ULong.Array[0, 20], Gen.ULong.Array[0, 20]).Sample((a, b) =>
        {
            PowerHistogram left = new(), right = new(), both = new();
            Array.ForEach(a, left.Add);
            Array.ForEach(b, right.Add);
            Array.ForEach([.. a, .. b], both.Add);
            PowerHistogram sum = left + right;
            Assert.Equal((both.Count, both.Least, both.Greatest), (sum.Count, sum.Least, sum.Greatest));
            Assert.Equal(both.NotEmpty(), sum.NotEmpty());
        });

    private static void Interleave(StringBuilder trace)
    {
        for (int i = 0; i < 1000; i++)
            trace.Append($"a {2 * i} 16000\nt {2 * i} 0 16000\na {2 * i + 1} 40\nt {2 * i + 1} 0 40\n");
    }

    /// <summary>Something goes on, so that the heap is looked at again.</summary>
    private static void Linger(StringBuilder trace)
    {
        for (int i = 0; i < 3000; i++)
            trace.Append("a 5000 24\nf 5000\n");
    }

    private static Measurements Of(string text) => Replays.OfText(text, s_measured).Measurements!;
}
