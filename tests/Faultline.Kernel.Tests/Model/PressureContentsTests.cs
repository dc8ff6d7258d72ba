using System.Globalization;
using CsCheck;

namespace Faultline.Kernel.Tests;

/// <summary>Memory is short, and every process reads what it wrote, through swap, forks, moves and kills.</summary>
public sealed class PressureContentsTests
{
    private static readonly Gen<(MachineOptions Options, ulong? Limit)> s_machines =
        from ram in Draw<ulong>(64, 72, 96)
        from swap in Draw<ulong>(0, 8, 64)
        from limit in Draw<ulong>(0, 2, 6)
        from policy in Gen.Enum<ThpPolicy>()
        from rotational in Gen.Bool
        from swappiness in Draw(60, 1, 200)
        select (new MachineOptions
        {
            RamBytes = ram << 20,
            SwapBytes = swap << 20,
            SwapIsRotational = rotational,
            Swappiness = swappiness,
            Thp = policy,
            Overcommit = OvercommitPolicy.Always,
        }, limit == 0 ? (ulong?)null : limit << 20);

    /// <summary>Machines of a few MiB: looking at everything costs in proportion to what there is.</summary>
    private static readonly Gen<(MachineOptions Options, ulong? Limit)> s_smallMachines =
        from machine in s_machines
        from pages in Draw<uint>(1024, 2048)
        from swap in Draw<ulong>(0, 1, 8)
        from limit in Draw<ulong>(0, 1, 2)
        select (machine.Options with { Zones = new ZonePages(512, pages, 0), SwapBytes = swap << 20 }, limit == 0 ? (ulong?)null : limit << 20);

    /// <summary>Room for three whole huge pages.</summary>
    private static readonly AddressSpaceLayout s_smallLayout = SystemUnderTest.Layout with
    {
        MmapBase = new(SystemUnderTest.Layout.MmapMin.Value + (6UL << 20)),
    };

    private static Gen<T> Draw<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    /// <summary>Operations on one machine of a long run.</summary>
    private const int Each = 5000;

    [Fact]
    public void EveryProcessReadsWhatItWroteThroughSwap() =>
        Gen.Select(Operation.Generator.Array[1, 60], s_machines).Sample(Run, iter: Check.Iter / 2);

    /// <summary>
    /// FAULTLINE_OPERATIONS=1000000 dotnet test tests/Faultline.Kernel.Tests -c Release --filter LongRun does as many, on machines and with
    /// steps drawn from FAULTLINE_SEED (default 1), and looks at everything after each thousandth, or after each FAULTLINE_CHECK_EVERY.
    /// Without it the run is short. Where everything is to be looked at more often than each hundredth step the machines are small ones.
    /// </summary>
    [Fact]
    public void LongRun()
    {
        int operations = (int)Setting("FAULTLINE_OPERATIONS", 2000);
        int every = (int)Setting("FAULTLINE_CHECK_EVERY", operations > Each ? 1000UL : 100);
        Run(Setting("FAULTLINE_SEED", 1), operations, every, small: every < 100);
    }

    /// <summary>Some thousand steps on small machines, with everything looked at after each.</summary>
    [Fact]
    public void SmallMachinesAreWholeAfterEachStep() => Run(1, 4000, checkEvery: 1, small: true);

    /// <summary>
    /// Runs that went wrong once: a process killed for the page that another one's read-ahead wanted; one killed in its own fork; a huge page
    /// split while fork made room for its copy.
    /// </summary>
    [Theory]
    [InlineData(20261126)]
    [InlineData(5)]
    public void RunsThatWentWrongOnce(uint seed) => Run(seed, 60_000, checkEvery: 1000);

    private static void Run(ulong seed, int operations, int checkEvery, bool small = false)
    {
        var pcg = new PCG(1, seed);
        for (int done = 0; done < operations; done += Each)
        {
            (MachineOptions options, ulong? limit) = (small ? s_smallMachines : s_machines).Generate(pcg, null, out _);
            using var contents = new ContentsUnderTest(options, limit, small ? s_smallLayout : null) { CheckEvery = checkEvery };
            for (int i = 0; i < Math.Min(Each, operations - done); i++)
            {
                Operation operation = Operation.Generator.Generate(pcg, null, out _);
                try
                {
                    contents.Do(operation);
                }
                catch (Exception failure)
                {
                    throw new InvalidOperationException($"seed {seed}, step {done + i}: {operation} on a machine with {options}, limit {limit}", failure);
                }
            }
        }
    }

    private static ulong Setting(string name, ulong otherwise) =>
        ulong.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out ulong value) ? value : otherwise;

    private static void Run(Operation[] operations, (MachineOptions Options, ulong? Limit) machine)
    {
        using var contents = new ContentsUnderTest(machine.Options, machine.Limit);
        foreach (Operation operation in operations)
            contents.Do(operation);
    }
}
