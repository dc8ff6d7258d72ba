namespace Faultline.Kernel.Tests;

/// <summary>Processes of one small machine, each beside its reference; every step is done to both and compared.</summary>
internal sealed class SystemUnderTest : IDisposable
{
    private const ulong WindowPages = 12 << 10;

    public static readonly AddressSpaceLayout Layout = new()
    {
        MmapMin = new(0x7_0000_0000),
        BrkStart = new(0x7_0000_0000),
        MmapBase = new(0x7_0000_0000 + (WindowPages << 12)),
    };

    private readonly Machine _machine = new(new MachineOptions { RamBytes = 512UL << 20, Thp = ThpPolicy.Never });
    private readonly List<(Process Real, ReferenceProcess Model)> _processes = [];
    private readonly ulong _framesAtRest;

    public SystemUnderTest()
    {
        _machine.ShrinkCaches();
        _machine.DrainPerCpuLists();
        _framesAtRest = _machine.FreePages.Value;
        _processes.Add((_machine.CreateProcess(Layout), new ReferenceProcess(Layout)));
    }

    public void Dispose() => _machine.Dispose();

    public void Do(Operation operation)
    {
        (Process real, ReferenceProcess model) = _processes[operation.Process % _processes.Count];
        switch (operation.Kind)
        {
            case OperationKind.Fork when _processes.Count < 4:
                Fork(real, model);
                break;
            case OperationKind.Exit when _processes.Count > 1:
                real.Exit();
                model.Exit();
                _processes.Remove((real, model));
                break;
            default:
                new Comparison(real, model).Do(operation);
                break;
        }

        Compare();
    }

    /// <summary>When every process is gone, every frame is back, once caches of kernel objects give up what they keep for the next ones.</summary>
    public void EndAll()
    {
        foreach ((Process real, _) in _processes)
            real.Exit();
        _processes.Clear();
        _machine.CheckInvariants();
        _machine.ShrinkCaches();
        _machine.DrainPerCpuLists();
        Assert.Equal(_framesAtRest, _machine.FreePages.Value);
    }

    private void Fork(Process real, ReferenceProcess model)
    {
        Process child = real.Fork()!;
        ReferenceProcess copy = model.Fork();
        foreach ((ulong page, ReferenceProcess.Page state) in copy.Pages)
            if (state.Present && state.Contents == null && child.StateOf(new(page << 12)) == PageState.Absent)
                state.Present = false;
        _processes.Add((child, copy));
    }

    private void Compare()
    {
        _machine.CheckInvariants();
        foreach ((Process real, ReferenceProcess model) in _processes)
        {
            Assert.Equal((ulong)model.Pages.Count, real.VirtualPages.Value);
            Assert.Equal(model.Resident, real.ResidentPages.Value);
            Assert.Equal(model.Zero, real.ZeroPages.Value);
            Assert.Equal(model.Faults, real.MinorFaults);
            Assert.Equal(model.SegmentationFaults, real.SegmentationFaults);
            Assert.Equal(model.Break, real.CurrentBreak.Value);
            foreach (ulong page in model.Pages.Keys)
                Assert.Equal(model.StateOf(page), real.StateOf(new(page << 12)));
        }
    }
}
