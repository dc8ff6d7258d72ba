// Finding memory when it is short (mm/vmscan.c do_try_to_free_pages, shrink_node, prepare_scan_control, 6.18). Each round looks at
// twice as much of the lists as the one before, until enough was freed or everything was looked at.

namespace Faultline.Kernel;

/// <summary>Reclaim of one machine: direct, by kswapd, and of a memory cgroup.</summary>
internal sealed unsafe partial class Reclaimer
{
    private readonly Machine _machine;
    private readonly Frame* _frames;
    private readonly Lru _lru;
    private readonly VmStat _stat;
    private readonly SwapArea _swap;
    private readonly SwapDevice _device;
    private readonly Workingset _workingset;

    public Reclaimer(Machine machine)
    {
        _machine = machine;
        _frames = machine.Frames.Frames;
        _lru = machine.Lru;
        _stat = machine.Stat;
        _swap = machine.Swap;
        _device = machine.SwapDevice;
        _workingset = machine.Workingset;
        Shrinkers = new Shrinkers(_stat);
        Shrinkers.Add(new DeferredSplits(machine));
    }

    public Shrinkers Shrinkers { get; }

    /// <summary>Frees memory for a request of the cgroup, or for one of the machine; answers the pages freed.</summary>
    public ulong TryToFreePages(ScanControl control)
    {
        int first = control.Priority;
        while (true)
        {
            if (control.Group == null)
                _stat[VmEvent.allocstall_dma + _machine.Frames.Zones[_machine.Frames.PreferredZone].EventOffset]++;
            do
            {
                control.Scanned = 0;
                ShrinkNode(control);
                if (control.Reclaimed >= control.Wanted)
                    break;
                if (control.Reclaimed == 0 && control.Priority == 1)
                    WaitForWrites();
            }
            while (--control.Priority >= 0);

            Lruvec target = TargetOf(control);
            target.LateActivations.CopyTo(target.ActivationsSeen, 0);
            if (control.Reclaimed != 0 || !control.SkippedDeactivate)
                return control.Reclaimed;
            control.Priority = first;
            control.ForceDeactivate = true;
            control.SkippedDeactivate = false;
        }
    }

    /// <summary>One look at the lists of the target at the priority in force.</summary>
    private void ShrinkNode(ScanControl control)
    {
        Prepare(control);
        foreach (Lruvec vector in _lru.Vectors)
        {
            if (control.Group != null && control.Group.Vector != vector)
                continue;
            ShrinkVector(vector, control);
            if (control is { IsKswapd: false, Group: null } && control.Reclaimed >= control.Wanted)
                break;
        }

        if (control.Group == null)
            Shrinkers.Shrink(control.Priority);
    }

    private void Prepare(ScanControl control)
    {
        _lru.AddUp(_device.Now);
        Lruvec target = TargetOf(control);
        (control.AnonCost, control.FileCost) = (target.Cost[0], target.Cost[1]);
        if (control.ForceDeactivate)
        {
            control.DeactivateAnon = control.DeactivateFile = true;
        }
        else
        {
            control.DeactivateAnon = target.LateActivations[0] != target.ActivationsSeen[0] || InactiveIsLow(target, 0);
            control.DeactivateFile = target.LateActivations[1] != target.ActivationsSeen[1] || InactiveIsLow(target, 1);
        }

        control.TrimsCache = Lru.LateSize(target, LruList.InactiveFile) >> control.Priority != 0 && !control.DeactivateFile;
        if (control.Group != null)
            return;
        ulong high = 0;
        foreach (Zone zone in _machine.Frames.Zones)
            high += zone.Watermarks.High;
        ulong files = Lru.LateSize(target, LruList.ActiveFile) + Lru.LateSize(target, LruList.InactiveFile);
        control.FileIsTiny = files + _machine.Frames.FreePages <= high && !control.DeactivateAnon
            && Lru.LateSize(target, LruList.InactiveAnon) >> control.Priority != 0;
    }

    /// <summary>Less is inactive than the size of the lists asks for: 1 to 1 below a GiB, 1 to √(10 · GiB) above (inactive_is_low).</summary>
    private static bool InactiveIsLow(Lruvec vector, int file)
    {
        ulong inactive = Lru.LateSize(vector, LruList.InactiveAnon + (file * 2));
        ulong active = Lru.LateSize(vector, LruList.ActiveAnon + (file * 2));
        ulong gib = (inactive + active) >> (30 - PageSize.Shift);
        ulong ratio = gib == 0 ? 1 : (ulong)Math.Sqrt(10 * gib);
        return inactive * ratio < active;
    }

    private Lruvec TargetOf(ScanControl control) => control.Group?.Vector ?? _lru.Root;

    private void WaitForWrites()
    {
        if (_device.WaitForOne())
            EndWrites();
    }
}
