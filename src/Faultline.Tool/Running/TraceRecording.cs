using System.Diagnostics;
using Faultline.Reporting;
using Faultline.Tracing.Binary;
using Faultline.Tracing.Events;
using Faultline.Tracing.Recording;
using Faultline.Tracing.Session;
using Faultline.Tracing.Stacks;

namespace Faultline.Tool.Running;

/// <summary>
/// Records a program's trace: a thread of the tool takes the events that the program leaves in shared memory and writes them into the
/// file. The tool outlives the program, so that the file is closed in order and gets its name however the program ends; if the tool
/// itself is killed, the file is readable up to its last whole block under the temporary name.
/// </summary>
internal sealed class TraceRecording : IDisposable
{
    /// <summary>How often the file is brought up to date for the case that the tool is killed.</summary>
    private static readonly TimeSpan FlushInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>Between two looks at the lanes that found nothing: the longer, the longer nothing came.</summary>
    private const int MostIdleMilliseconds = 5;

    private readonly string _named;
    private readonly NewFile _file;
    private readonly RecordingMemory _memory;
    private readonly IReadOnlyList<CallSite> _sites;
    private readonly TraceMetadata _known;
    private readonly Thread _thread;
    private TraceWriter? _writer;
    private RecordingDrain? _drain;
    private SessionFile? _session;
    private volatile bool _programEnded;

    private TraceRecording(string named, NewFile file, RecordingMemory memory, IReadOnlyList<CallSite> sites, TraceMetadata known)
    {
        _named = named;
        _file = file;
        _memory = memory;
        _sites = sites;
        _known = known;
        _thread = new Thread(Run) { IsBackground = true, Name = "recording" };
    }

    /// <summary>Of the memory that the program is to leave its events in.</summary>
    public int Descriptor => _memory.Descriptor;

    /// <summary>Throws <see cref="UsageException"/> where the host refuses the memory. The file is closed and named, or deleted, by the recording.</summary>
    public static TraceRecording Create(string named, NewFile file, IReadOnlyList<CallSite> sites, TraceMetadata known)
    {
        try
        {
            return new(named, file, RecordingMemory.Create(), sites, known);
        }
        catch (IOException e)
        {
            throw new UsageException($"the host refuses the memory that a recording goes through: {e.Message}");
        }
    }

    /// <summary>Begins to look for events; before the program starts.</summary>
    public void Start(SessionFile session)
    {
        _session = session;
        _thread.Start();
    }

    /// <summary>The program has ended: takes what it left, closes the file and gives it its name. <paramref name="own"/> are sites that the program brought itself.</summary>
    public TraceFacts Finish(IReadOnlyList<CallSite> own)
    {
        _programEnded = true;
        _thread.Join();
        if (own.Count > 0)
            _writer!.AddSites(own);
        _writer!.Dispose();
        string? stopped = _drain!.StopReason;
        try
        {
            _file.Commit();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            stopped ??= $"the trace could not be given its name: {e.Message.ReplaceLineEndings(" ")}";
        }

        return new(_named, _writer.EventsWritten, _writer.BytesWritten, stopped) { Stacks = StackFacts() };
    }

    public void Dispose() => _memory.Dispose();

    private StackFacts? StackFacts()
    {
        if (_known.Stacks == StackSampling.Off)
            return null;
        (long walks, long nanoseconds, long lost) = _drain!.StackWalks;
        return new(_known.Stacks, walks, TimeSpan.FromMicroseconds(nanoseconds / 1000.0), lost);
    }

    private void Run()
    {
        // What the shim decides goes into the first block of the file.
        while (!IsRunning() && !_programEnded)
            Thread.Sleep(1);
        _writer = new TraceWriter(_file.Stream, Metadata());
        _writer.AddSites(_sites);
        _drain = new RecordingDrain(_memory, _writer);
        long flushed = Stopwatch.GetTimestamp();
        for (int idle = 0; ; )
        {
            bool last = _programEnded;
            long taken = _drain.Take();
            if (last && taken == 0)
                break;
            idle = taken > 0 ? 0 : Math.Min(idle + 1, MostIdleMilliseconds);
            if (Stopwatch.GetElapsedTime(flushed) > FlushInterval)
            {
                _writer.Flush();
                flushed = Stopwatch.GetTimestamp();
            }

            if (taken < RecordingDrain.Many)
                Thread.Sleep(idle);
        }

        _drain.Close();
    }

    private unsafe bool IsRunning() => Volatile.Read(ref *(uint*)&_session!.Header->State) != (uint)SessionState.Created;

    private unsafe TraceMetadata Metadata()
    {
        SessionHeader header = *_session!.Header;
        return _known with
        {
            ProcessId = header.ProcessId,
            StartedUnixNanoseconds = header.StartedUnixNanoseconds,
            Clock = TraceClock.Order,
            Touches = header.Observer is ObserverKind.None or ObserverKind.Assumed ? TouchKnowledge.None : TouchKnowledge.Observed,
            Observer = ProfileBuilder.ObserverName(header.Observer),
            TrueAddresses = true,
            LibcProfile = ProfileBuilder.LibcProfile,
            KernelProfile = ProfileBuilder.KernelProfile,
            RamBytes = header.RamBytes,
            Cpus = (int)header.Cpus,
            ThpPolicy = (int)header.ThpPolicy,
            HeapStart = header.HeapStart,
            MmapTop = header.ArenaStart + header.ArenaLength,
            Maps = RecordedMaps.Read(_memory),
        };
    }
}
