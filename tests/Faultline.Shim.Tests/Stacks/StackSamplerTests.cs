using System.Runtime.CompilerServices;
using Faultline.Shim.Recording;
using Faultline.Shim.Stacks;
using Faultline.Shim.Tests.Support;
using Faultline.Tracing.Binary;
using Faultline.Tracing.Events;
using Faultline.Tracing.Recording;
using Faultline.Tracing.Session;
using Faultline.Tracing.Stacks;

namespace Faultline.Shim.Tests.Stacks;

/// <summary>Stacks of routed calls: the program's own frames, with methods and lines, for all calls or for an unbiased sample.</summary>
public sealed unsafe class StackSamplerTests : IDisposable
{
    private const int PageBytes = 4096;

    private readonly RecordingMemory _memory = RecordingMemory.Create();
    private readonly SessionFile _session = SessionFile.Create(new SessionParameters { SiteCount = 1, ArenaLength = SessionLayout.SmallestArena });

    public void Dispose()
    {
        _memory.Dispose();
        _session.Dispose();
    }

    [Fact]
    public void Every_way_to_allocate_has_the_stack_of_its_caller()
    {
        (List<TraceEvent> events, StackTable stacks) = Record(StackSampling.All, test => Outer(test));

        List<TraceEvent> allocations = events.FindAll(e => e.Allocates);
        Assert.Equal(6, allocations.Count);
        Assert.All(allocations, e => Assert.True(stacks.Has(e.Stack), e.ToString()));
        Assert.All(events.FindAll(e => !e.Allocates), e => Assert.Equal(0, e.Stack));
        foreach (TraceEvent e in allocations)
        {
            // Between the engine and the test stands the test's own helper, of the same assembly.
            StackFrameName[] frames = [.. stacks.Walk(e.Stack)];
            Assert.DoesNotContain(frames, frame => frame.Assembly == "Faultline.Shim");
            int inner = Array.FindIndex(frames, frame => frame.Method == nameof(Inner));
            Assert.InRange(inner, 0, 1);
            Assert.Equal(("Faultline.Shim.Tests", "Faultline.Shim.Tests.Stacks.StackSamplerTests"), (frames[inner].Assembly, frames[inner].Type));
            Assert.EndsWith("StackSamplerTests.cs", frames[inner].File);
            Assert.InRange(frames[inner].Line, 1, 300);
            Assert.Equal(nameof(Outer), frames[inner + 1].Method);
        }
    }

    [Fact]
    public void One_place_in_the_program_is_one_stack()
    {
        (List<TraceEvent> events, StackTable stacks) = Record(StackSampling.All, test =>
        {
            for (int i = 0; i < 200; i++)
                test.Free(Plain(test, 100));
        });

        Assert.Single(events.Where(e => e.Allocates).Select(e => e.Stack).Distinct());
        Assert.InRange(stacks.Nodes, 1, 60);
    }

    [Fact]
    public void Without_stacks_nothing_is_left_of_them()
    {
        (List<TraceEvent> events, StackTable stacks) = Record(StackSampling.Off, test => Outer(test));

        Assert.Equal(0, stacks.Nodes);
        Assert.All(events, e => Assert.Equal(0, e.Stack));
    }

    /// <summary>Sums of weights over the sampled blocks estimate blocks and bytes of every size class without bias; the seed is the thread's number.</summary>
    [Fact]
    public void A_sample_stands_for_the_whole()
    {
        StackSampling sampling = StackSampling.Sample(20_000);
        (List<TraceEvent> events, _) = Record(sampling, test =>
        {
            Random random = new(4);
            for (int i = 0; i < 40_000; i++)
                test.Free(Plain(test, random.Next(10) == 0 ? (nuint)random.Next(PageBytes, 20 * PageBytes) : (nuint)random.Next(1, 2000)));
        });

        List<TraceEvent> all = events.FindAll(e => e.Allocates), sampled = all.FindAll(e => e.Stack != 0);
        Assert.InRange(sampled.Count, 3000, 15_000);
        AssertEstimates(all, sampled, sampling, _ => true, tolerance: 0.05);
        AssertEstimates(all, sampled, sampling, e => e.Size < 2000, tolerance: 0.1);
        AssertEstimates(all, sampled, sampling, e => e.Size >= PageBytes, tolerance: 0.05);
        // Below 200 bytes one block in two hundred is sampled: the estimate is wide, and still around the truth.
        AssertEstimates(all, sampled, sampling, e => e.Size < 200, tolerance: 0.5);
    }

    [Fact]
    public void The_same_thread_samples_the_same_blocks_again()
    {
        int[] Sampled()
        {
            using RecordingMemory memory = RecordingMemory.Create();
            (List<TraceEvent> events, _) = Record(memory, StackSampling.Sample(5000), test =>
            {
                for (int i = 1; i < 2000; i++)
                    test.Free(Plain(test, (nuint)i));
            });
            return [.. events.Where(e => e.Allocates).Select((e, i) => e.Stack != 0 ? i : -1).Where(i => i >= 0)];
        }

        int[] first = Sampled();
        Assert.InRange(first.Length, 100, 800);
        Assert.Equal(first, Sampled());
    }

    [Fact]
    public void Threads_share_the_table()
    {
        (List<TraceEvent> events, StackTable stacks) = Record(StackSampling.All, test =>
        {
            Thread[] threads = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
            {
                for (int i = 0; i < 300; i++)
                    test.Free(Plain(test, 100));
            }))];
            foreach (Thread thread in threads)
                thread.Start();
            foreach (Thread thread in threads)
                thread.Join();
        });

        List<TraceEvent> allocations = events.FindAll(e => e.Allocates);
        Assert.Equal(1200, allocations.Count);
        Assert.Single(allocations.Select(e => e.Stack).Distinct());
        Assert.Contains(stacks.Walk(allocations[0].Stack), frame => frame.Method.EndsWith("(lambda)", StringComparison.Ordinal));
    }

    private static void AssertEstimates(List<TraceEvent> all, List<TraceEvent> sampled, StackSampling sampling, Predicate<TraceEvent> which, double tolerance)
    {
        double blocks = all.FindAll(which).Count, bytes = all.FindAll(which).Sum(e => (double)e.Size);
        Assert.Equal(1, sampled.FindAll(which).Sum(e => sampling.WeightOf(e.Size)) / blocks, tolerance * 2);
        Assert.Equal(1, sampled.FindAll(which).Sum(e => sampling.WeightOf(e.Size) * e.Size) / bytes, tolerance);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static byte* Plain(TestEngine test, nuint size) => test.Malloc(size);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Outer(TestEngine test)
    {
        Inner(test);
        GC.KeepAlive(test);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Inner(TestEngine test)
    {
        byte* block = test.Malloc(100);
        block = test.Realloc(block, 5000);
        test.Free(block);
        test.Free(test.Calloc(64));
        test.Free(test.Memalign(256, 300));
        test.Free(test.Malloc(1 << 20));
        test.Free(test.Realloc(null, 77));
        GC.KeepAlive(test);
    }

    private (List<TraceEvent> Events, StackTable Stacks) Record(StackSampling sampling, Action<TestEngine> work) => Record(_memory, sampling, work);

    /// <summary>The work is done by a thread of its own, the process's first as far as the engine knows.</summary>
    private (List<TraceEvent> Events, StackTable Stacks) Record(RecordingMemory memory, StackSampling sampling, Action<TestEngine> work)
    {
        MemoryStream file = new();
        using (TraceWriter writer = new(file, new TraceMetadata { Stacks = sampling }))
        {
            RecordingMemory program = RecordingMemory.Attach($"/proc/self/fd/{memory.Descriptor}");
            using TestEngine test = new(recorder: new Recorder(program, StackSampler.Create(program, _session, sampling)));
            RecordingDrain drain = new(memory, writer);
            Thread worker = new(() => work(test));
            worker.Start();
            while (worker.IsAlive)
                drain.Take();
            drain.Take();
            Assert.Null(drain.StopReason);
            Assert.False(test.Engine.HasSteppedAside);
            Assert.Equal(0, drain.StackWalks.Lost);
        }

        using TraceReader reader = new(new MemoryStream(file.ToArray()));
        var events = new TraceEvent[reader.EventCount];
        Assert.Equal(events.Length, reader.Read(events));
        return ([.. events], reader.Stacks);
    }
}
