using System.Diagnostics;
using Faultline.Tracing.Binary;
using Faultline.Tracing.Events;
using Faultline.Tracing.Session;

namespace Faultline.Tracing.Recording;

/// <summary>
/// Writes a program's trace: a thread that takes the events which the program leaves in shared memory, and puts them into the file. It is one of
/// the tool, or of the program itself where the compiler routed it and no tool started it.
/// </summary>
public sealed class RecordingThread
{
    /// <summary>How often the file is brought up to date for the case that the process is killed.</summary>
    private static readonly TimeSpan FlushInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>Between two looks at the lanes that found nothing: the longer, the longer nothing came.</summary>
    private const int MostIdleMilliseconds = 5;

    private readonly RecordingMemory _memory;
    private readonly SessionFile _session;
    private readonly Stream _stream;
    private readonly IReadOnlyList<CallSite> _sites;
    private readonly TraceMetadata _known;
    private readonly Thread _thread;
    private TraceWriter? _writer;
    private RecordingDrain? _drain;
    private volatile bool _ended;

    /// <summary>Begins to look for events; before the program's first. What the shim decides of the trace is added to <paramref name="known"/>.</summary>
    public RecordingThread(RecordingMemory memory, SessionFile session, Stream stream, IReadOnlyList<CallSite> sites, TraceMetadata known)
    {
        _memory = memory;
        _session = session;
        _stream = stream;
        _sites = sites;
        _known = known;
        _thread = new Thread(Run) { IsBackground = true, Name = "recording" };
        _thread.UnsafeStart();
    }

    /// <summary>
    /// The program has ended, or is about to: what is not left by now is dropped, what is left is taken, and the stream is closed. <paramref name="own"/> are
    /// sites that became known while it ran.
    /// </summary>
    public RecordingResult Finish(IReadOnlyList<CallSite> own)
    {
        _memory.Close(RecordingEnd.Closed);
        _ended = true;
        _thread.Join();
        if (own.Count > 0)
            _writer!.AddSites(own);
        _writer!.Dispose();
        (long walks, long nanoseconds, long lost) = _drain!.StackWalks;
        return new(_writer.EventsWritten, _writer.BytesWritten, _drain.StopReason, walks, TimeSpan.FromMicroseconds(nanoseconds / 1000.0), lost);
    }

    private void Run()
    {
        // What the shim decides goes into the first block of the file.
        while (!IsRunning() && !_ended)
            Thread.Sleep(1);
        _writer = new TraceWriter(_stream, Metadata());
        _writer.AddSites(_sites);
        _drain = new RecordingDrain(_memory, _writer);
        long flushed = Stopwatch.GetTimestamp();
        for (int idle = 0; ; )
        {
            bool last = _ended;
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

    private unsafe bool IsRunning() => Volatile.Read(ref *(uint*)&_session.Header->State) != (uint)SessionState.Created;

    private unsafe TraceMetadata Metadata()
    {
        SessionHeader header = *_session.Header;
        return _known with
        {
            ProcessId = header.ProcessId,
            StartedUnixNanoseconds = header.StartedUnixNanoseconds,
            Clock = TraceClock.Order,
            Touches = header.Observer is ObserverKind.None or ObserverKind.Assumed ? TouchKnowledge.None : TouchKnowledge.Observed,
            Observer = ModelNames.Observer(header.Observer),
            TrueAddresses = true,
            LibcProfile = header.Libc.Name,
            KernelProfile = ModelNames.Kernel,
            RamBytes = header.RamBytes,
            Cpus = (int)header.Cpus,
            ThpPolicy = (int)header.ThpPolicy,
            HeapStart = header.HeapStart,
            MmapTop = header.ArenaStart + header.ArenaLength,
            Maps = RecordedMaps.Read(_memory),
        };
    }
}
