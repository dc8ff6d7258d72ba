using System.Diagnostics.Metrics;
using Faultline.Shim.Metrics;
using Faultline.Shim.Tests.Support;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Tests.Metrics;

/// <summary>What a listener gets is what the session has, and each value says whether it is simulated.</summary>
public sealed unsafe class FaultlineMeterTests
{
    private readonly List<(string Name, string? Unit, long Value, Dictionary<string, object?> Tags)> _measured = [];

    [Fact]
    public void Values_are_the_session_s_and_marked()
    {
        using TestEngine test = new();
        byte* first = test.Malloc(100_000), second = test.Malloc(300_000);
        TestEngine.WritePages(first, 100_000);
        test.Free(second);
        SnapshotRecord snapshot = test.Snapshot();
        using FaultlineMeter meter = new(test.Tool);

        Collect(meter);
        Assert.All(_measured, value => Assert.IsType<bool>(value.Tags[FaultlineMeter.SimulatedTag]));
        Assert.Equal((long)snapshot.MinorFaults, Value("process.paging.faults", simulated: true, (FaultlineMeter.FaultTypeTag, "minor")));
        Assert.Equal((long)snapshot.MajorFaults, Value("process.paging.faults", simulated: true, (FaultlineMeter.FaultTypeTag, "major")));
        Assert.Equal((long)snapshot.ResidentPages * 4096, Value("process.memory.usage", simulated: true));
        Assert.Equal((long)snapshot.VirtualPages * 4096, Value("process.memory.virtual", simulated: true));
        Assert.Equal((long)snapshot.BrkCalls, Value("faultline.system_calls", simulated: true, (FaultlineMeter.CallTag, "brk")));
        Assert.Equal((3L, 2L, 400_000L), (Value("faultline.calls", false), Value("faultline.blocks", false), Value("faultline.requested", false)));
        Assert.Equal((1L, 100_000L), (Value("faultline.live.blocks", false), Value("faultline.live.bytes", false)));
    }

    [Fact]
    public void Observed_values_are_the_real_process_s()
    {
        using TestEngine test = new();
        using FaultlineMeter meter = new(test.Tool);
        Collect(meter);
        Assert.InRange(Value("process.memory.usage", simulated: false), 20L << 20, Environment.WorkingSet * 2);
        Assert.InRange(Value("process.paging.faults", simulated: false, (FaultlineMeter.FaultTypeTag, "minor")), 1000, long.MaxValue);
        Assert.True(Value("process.memory.virtual", simulated: false) > Value("process.memory.usage", simulated: false));
    }

    /// <summary>The conventions' own units; https://opentelemetry.io/docs/specs/semconv/system/process-metrics.</summary>
    [Theory]
    [InlineData("process.paging.faults", "{fault}")]
    [InlineData("process.memory.usage", "By")]
    [InlineData("process.memory.virtual", "By")]
    public void Units_are_those_of_the_conventions(string name, string unit)
    {
        using TestEngine test = new();
        using FaultlineMeter meter = new(test.Tool);
        Collect(meter);
        Assert.All(_measured.Where(value => value.Name == name), value => Assert.Equal(unit, value.Unit));
    }

    [Fact]
    public void Before_the_first_snapshot_there_is_nothing_simulated()
    {
        using TestEngine test = new();
        using FaultlineMeter meter = new(test.Tool);
        Collect(meter);
        Assert.All(_measured, value => Assert.Equal(false, value.Tags[FaultlineMeter.SimulatedTag]));
        Assert.NotEmpty(_measured);
    }

    private void Collect(FaultlineMeter meter)
    {
        using MeterListener listener = new()
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (meter.Owns(instrument))
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => _measured.Add((instrument.Name, instrument.Unit, value, tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value))));
        listener.Start();
        listener.RecordObservableInstruments();
    }

    private long Value(string name, bool simulated, params (string Key, string Value)[] tags)
        => _measured.Single(value => value.Name == name && simulated.Equals(value.Tags[FaultlineMeter.SimulatedTag]) && Array.TrueForAll(tags, tag => tag.Value.Equals(value.Tags[tag.Key]))).Value;
}
