using CsCheck;

namespace Faultline.Kernel.Tests;

/// <summary>Random requests and frees on two processors; the objects handed out are the reference, and the invariants hold after every step.</summary>
public sealed class SlubPropertyTests
{
    private readonly record struct Step(int Kind, int Cpu, int Count, int Pick);

    private static readonly Gen<Step> s_step =
        from kind in Gen.Int[0, 9]
        from cpu in Gen.Int[0, 1]
        from count in Gen.Frequency((3, Gen.Int[1, 5]), (2, Gen.Int[1, 400]))
        from pick in Gen.Int[0, int.MaxValue]
        select new Step(kind, cpu, count, pick);

    private static readonly Gen<(int Size, int Flags, Step[] Steps)> s_run = Gen.Select(
        Gen.Frequency((3, Gen.Int[1, 300]), (2, Gen.Int[300, 9000])), Gen.Int[0, 31], s_step.Array[1, 100]);

    [Fact]
    public void NoObjectIsHandedOutTwiceAndEveryPageComesBack() => s_run.Sample(run => Run((uint)run.Size, (SlabFlags)run.Flags, run.Steps));

    private static void Run(uint size, SlabFlags flags, Step[] steps)
    {
        using var machine = new SmallMachine(normalPages: 6000);
        using var bench = new CacheBench(size, flags, machine: machine);
        var owned = new HashSet<ulong>();
        foreach (Step step in steps)
        {
            if (step.Kind < 5)
                Take(bench, step, owned);
            else if (step.Kind < 9)
                Give(bench, step, owned);
            else
                bench.Cache.Shrink(step.Cpu);
            bench.Cache.CheckInvariants();
            machine.Allocator.CheckInvariants();
            Assert.True(owned.SetEquals(bench.Cache.EnumerateInUse()), "the objects in use are not those that were handed out");
        }

        foreach (ulong address in owned)
            bench.Cache.Free(1, address);
        bench.Cache.Shrink(0);
        machine.Drain();
        Assert.Equal(machine.Allocator.ManagedPages, machine.Allocator.FreePages);
        Assert.Equal(0UL, machine.Stat[VmEvent.nr_slab_reclaimable] + machine.Stat[VmEvent.nr_slab_unreclaimable]);
    }

    private static void Take(CacheBench bench, Step step, HashSet<ulong> owned)
    {
        for (int i = 0; i < step.Count; i++)
        {
            ulong address = bench.Cache.Allocate(step.Cpu);
            if (address == 0)
                return;
            Assert.True(owned.Add(address), $"object 0x{address:x} was handed out twice");
        }
    }

    private static void Give(CacheBench bench, Step step, HashSet<ulong> owned)
    {
        ulong[] all = [.. owned.Order()];
        for (int i = 0; i < step.Count && owned.Count > 0; i++)
        {
            ulong address = all[(int)(((uint)step.Pick + (uint)i * 2654435761u) % (uint)all.Length)];
            if (owned.Remove(address))
                bench.Cache.Free(step.Cpu, address);
        }
    }
}
