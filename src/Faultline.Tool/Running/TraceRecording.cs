using Faultline.Reporting;
using Faultline.Tracing.Events;
using Faultline.Tracing.Recording;
using Faultline.Tracing.Session;
using Faultline.Tracing.Stacks;

namespace Faultline.Tool.Running;

/// <summary>
/// Records a program's trace into a file of the tool. The tool outlives the program, so that the file is closed in order and gets its name however
/// the program ends; if the tool itself is killed, the file is readable up to its last whole block under the temporary name.
/// </summary>
internal sealed class TraceRecording : IDisposable
{
    private readonly string _named;
    private readonly NewFile _file;
    private readonly RecordingMemory _memory;
    private readonly IReadOnlyList<CallSite> _sites;
    private readonly TraceMetadata _known;
    private RecordingThread? _thread;

    private TraceRecording(string named, NewFile file, RecordingMemory memory, IReadOnlyList<CallSite> sites, TraceMetadata known)
    {
        _named = named;
        _file = file;
        _memory = memory;
        _sites = sites;
        _known = known;
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
    public void Start(SessionFile session) => _thread = new RecordingThread(_memory, session, _file.Stream, _sites, _known);

    /// <summary>The program has ended: takes what it left, closes the file and gives it its name. <paramref name="own"/> are sites that the program brought itself.</summary>
    public TraceFacts Finish(IReadOnlyList<CallSite> own)
    {
        RecordingResult result = _thread!.Finish(own);
        string? stopped = result.StopReason;
        try
        {
            _file.Commit();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            stopped ??= $"the trace could not be given its name: {e.Message.ReplaceLineEndings(" ")}";
        }

        StackFacts? stacks = _known.Stacks == StackSampling.Off ? null : new(_known.Stacks, result.StackWalks, result.StackWalkTime, result.StacksLost);
        return new(_named, result.Events, result.Bytes, stopped) { Stacks = stacks };
    }

    public void Dispose() => _memory.Dispose();
}
