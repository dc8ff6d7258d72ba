using Faultline.Kernel;
using Faultline.Tracing.Events;
using Faultline.Tracing.Replay;

namespace Faultline.Tracing.Inspection;

/// <summary>
/// Looks over a replay's shoulder for what a picture needs: the timeline, what the blocks of each site were like, the heap at chosen moments and at the
/// end, files of /proc at the end. Changes nothing that the replay counts.
/// </summary>
public sealed class ReplayInspector
{
    private readonly BlockHistory? _blocks;
    private readonly Timeline _timeline = new();
    private readonly ulong _mapAt;
    private ulong _events;
    private ulong _time;
    private ulong _highestResident;
    private ulong _highestLive;
    private ulong _mostResident;
    private ulong _break;
    private ulong _threshold;
    private ulong _trims;
    private ulong _trimmedBytes;

    private ReplayInspector(BlockHistory? blocks, ulong mapAt) => (_blocks, _mapAt) = (blocks, mapAt);

    /// <summary>For everything but the heap before the end.</summary>
    public static ReplayInspector OfAll() => new(new BlockHistory(), ulong.MaxValue);

    /// <summary>For the heap after an event, counted from 1, and what is there at the end; blocks are not followed.</summary>
    public static ReplayInspector At(ulong lastEvent) => new(null, lastEvent);

    public Timeline Timeline => _timeline;

    /// <summary>By site id; empty where blocks are not followed.</summary>
    public IReadOnlyDictionary<int, SiteHistory> Sites => _blocks?.Sites ?? new Dictionary<int, SiteHistory>();

    /// <summary>The first event after which most pages were resident; 0 where none ever was.</summary>
    public ulong PeakEvent { get; private set; }

    /// <summary>The heap after the event that was chosen; null where the replay ended before.</summary>
    public HeapMap? Map { get; private set; }

    /// <summary>The heap at the end; null where the process was killed.</summary>
    public HeapMap? EndMap { get; private set; }

    /// <summary>Path and text of the files of /proc at the end: those of the machine, then the program's.</summary>
    public IReadOnlyList<(string Path, string Text)> Proc { get; private set; } = [];

    internal void Start(ReplayMachine machine)
    {
        _break = machine.Charged.Process.CurrentBreak.Value;
        _threshold = machine.Malloc.MmapThreshold;
        _timeline.Add(PointOf(machine));
    }

    /// <summary>An event was applied.</summary>
    internal void Look(in TraceEvent e, ReplayMachine machine, ReplayRun run)
    {
        _events++;
        _time = e.Time;
        Process process = machine.Charged.Process;
        ulong resident = process.ResidentPages.Value;
        _highestResident = Math.Max(_highestResident, resident);
        _highestLive = Math.Max(_highestLive, machine.Sites.LiveBytes);
        if (resident > _mostResident)
            (_mostResident, PeakEvent) = (resident, _events);
        LookForMoments(e, machine, run, process);
        _blocks?.Follow(e, _events, run.SiteOf(e));
        if (_events == _timeline.Next)
            AddPoint(machine);
        if (_events == _mapAt)
            Map = Draw(machine, run);
    }

    /// <summary>The last event was applied.</summary>
    internal void Finish(ReplayMachine machine, ReplayRun run)
    {
        Process process = machine.Charged.Process;
        if (process.HasExited)
            _timeline.Mark(new(MarkerKind.OutOfMemory, _events, _time, 0, 0, 0));
        _timeline.Close(PointOf(machine));
        if (!process.HasExited)
            EndMap = Draw(machine, run);
        Proc = ProcFilesOf(machine.Machine, process);
    }

    private void LookForMoments(in TraceEvent e, ReplayMachine machine, ReplayRun run, Process process)
    {
        ulong now = process.CurrentBreak.Value, threshold = machine.Malloc.MmapThreshold;
        if (now < _break)
        {
            _trims++;
            _trimmedBytes += _break - now;
        }

        _break = now;
        if (threshold != _threshold)
            _timeline.Mark(new(MarkerKind.Threshold, _events, e.Time, run.SiteOf(e), _threshold, threshold));
        _threshold = threshold;
    }

    private void AddPoint(ReplayMachine machine)
    {
        _timeline.Add(PointOf(machine));
        _highestResident = _highestLive = 0;
    }

    private TimelinePoint PointOf(ReplayMachine machine)
    {
        Process process = machine.Charged.Process;
        ulong resident = process.ResidentPages.Value, live = machine.Sites.LiveBytes;
        VmStat stat = machine.Machine.Stat;
        return new()
        {
            Event = _events,
            Time = _time,
            VirtualPages = process.HasExited ? 0 : process.VirtualPages.Value,
            ResidentPages = resident,
            HighestResidentPages = Math.Max(_highestResident, resident),
            LiveBytes = live,
            HighestLiveBytes = Math.Max(_highestLive, live),
            MinorFaults = process.MinorFaults,
            MajorFaults = process.MajorFaults,
            BrkCalls = process.SystemCalls.Brk,
            MmapCalls = process.SystemCalls.Mmap,
            MunmapCalls = process.SystemCalls.Munmap,
            Trims = _trims,
            TrimmedBytes = _trimmedBytes,
            SwappedOut = stat[VmEvent.pswpout],
            SwappedIn = stat[VmEvent.pswpin],
            MmapThreshold = _threshold,
        };
    }

    private HeapMap Draw(ReplayMachine machine, ReplayRun run) => new HeapMapBuilder(machine, new LiveBlocks(run.Live())).Build(_events);

    private static List<(string Path, string Text)> ProcFilesOf(Machine machine, Process process)
    {
        List<string> paths = [.. machine.Proc.MachineFiles];
        if (machine.Processes.Contains(process))
            paths.AddRange(machine.Proc.ProcessFiles.Select(name => FormattableString.Invariant($"/proc/{process.Pid}/{name}")));
        List<(string, string)> files = [];
        foreach (string path in paths)
        {
            ProcText text = machine.Proc.Read(path, ProcCaller.Root);
            if (!text.Failed)
                files.Add((path, text.Text));
        }

        return files;
    }
}
