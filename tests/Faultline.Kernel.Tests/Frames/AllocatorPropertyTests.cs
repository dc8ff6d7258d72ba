using CsCheck;

namespace Faultline.Kernel.Tests;

/// <summary>Random requests and frees; a set of owned frames is the reference, and the invariants hold after every step.</summary>
public sealed class AllocatorPropertyTests
{
    private readonly record struct Step(int Kind, int Order, int Type, int Cpu, int Pick);

    private static readonly Gen<Step> s_step =
        from kind in Gen.Int[0, 9]
        from order in Gen.Frequency((6, Gen.Const(0)), (3, Gen.Int[1, 4]), (1, Gen.Int[5, 10]))
        from type in Gen.Int[0, 2]
        from cpu in Gen.Int[0, 1]
        from pick in Gen.Int[0, int.MaxValue]
        select new Step(kind, order, type, cpu, pick);

    [Fact]
    public void BlocksNeverOverlapAndNoFrameIsLost() => s_step.Array[1, 120].Sample(Run);

    private static void Run(Step[] steps)
    {
        using var frames = new SmallMachine(normalPages: 6000);
        var owned = new List<(uint Pfn, int Order)>();
        var pages = new HashSet<uint>();
        foreach (Step step in steps)
        {
            if (step.Kind < 6)
                Take(frames, step, owned, pages);
            else if (step.Kind < 9)
                Give(frames, step, owned, pages);
            else
                frames.Drain();
            frames.Allocator.CheckInvariants();
        }

        foreach ((uint pfn, int order) in owned)
            frames.Allocator.Free(1, pfn, order);
        frames.Drain();
        frames.Allocator.CheckInvariants();
        Assert.Equal(frames.Allocator.ManagedPages, frames.Allocator.FreePages);
    }

    /// <summary>Many pages at a time for order 0, so that memory runs short and fallbacks happen.</summary>
    private static void Take(SmallMachine frames, Step step, List<(uint Pfn, int Order)> owned, HashSet<uint> pages)
    {
        AllocationFlags flags = step.Kind == 5 ? AllocationFlags.Atomic : AllocationFlags.None;
        for (int repeat = step.Order == 0 ? step.Pick % 400 : step.Pick % 8; repeat >= 0; repeat--)
        {
            uint pfn = frames.Allocator.Allocate(step.Cpu, step.Order, (Migratetype)step.Type, flags);
            if (pfn == FrameAllocator.None)
                return;
            Assert.Equal(0u, pfn % (1u << step.Order));
            for (uint page = pfn; page < pfn + (1u << step.Order); page++)
                Assert.True(pages.Add(page), $"frame {page} was handed out twice");
            owned.Add((pfn, step.Order));
        }
    }

    private static void Give(SmallMachine frames, Step step, List<(uint Pfn, int Order)> owned, HashSet<uint> pages)
    {
        for (int repeat = step.Pick % 300; repeat >= 0 && owned.Count > 0; repeat--)
        {
            int index = (int)(((uint)step.Pick * 2654435761u + (uint)repeat * 40503u) % (uint)owned.Count);
            (uint pfn, int order) = owned[index];
            owned[index] = owned[^1];
            owned.RemoveAt(owned.Count - 1);
            for (uint page = pfn; page < pfn + (1u << order); page++)
                pages.Remove(page);
            frames.Allocator.Free(step.Cpu, pfn, order);
        }
    }
}
