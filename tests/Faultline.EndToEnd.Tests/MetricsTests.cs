using System.Globalization;

namespace Faultline.EndToEnd.Tests;

/// <summary>A program that collects with OpenTelemetry's SDK gets Faultline's meter while it is watched.</summary>
public class MetricsTests
{
    [Fact]
    public void OpenTelemetry_collects_the_meter_of_a_program_that_is_watched()
    {
        Watched watched = Watched.Start(Programs.Fixture("MeteredProgram"), []);
        Assert.Equal(0, watched.Run.ExitCode);
        Dictionary<string, long> values = watched.Run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .ToDictionary(line => line[..line.LastIndexOf(' ')], line => long.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));

        Assert.All(values.Keys, value => Assert.Matches("faultline.simulated=(True|False)", value));
        Assert.Equal(10, values["faultline.blocks {block} faultline.simulated=False"]);
        Assert.Equal(10 * 64 * 1024, values["faultline.requested By faultline.simulated=False"]);
        Assert.Equal(6, values["faultline.live.blocks {block} faultline.simulated=False"]);
        // 160 written pages, seen at the last snapshot or when a block was freed: at least the four that went.
        long faults = values["process.paging.faults {fault} faultline.simulated=True,system.paging.fault.type=minor"];
        Assert.InRange(faults, 4 * 15, (long)watched.MinorFaults);
        Assert.InRange(values["process.memory.usage By faultline.simulated=True"], 4096, 1 << 20);
        Assert.True(values["process.memory.usage By faultline.simulated=False"] > 10 << 20);
        Assert.True(values.ContainsKey("process.paging.faults {fault} faultline.simulated=False,system.paging.fault.type=major"));
    }
}
