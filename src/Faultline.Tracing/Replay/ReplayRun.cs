using Faultline.Kernel;
using Faultline.Libc;
using Faultline.Tracing.Events;

namespace Faultline.Tracing.Replay;

/// <summary>One replay: what each event does to the model. Blocks, touches, threads and mappings are in the other files of this class.</summary>
internal sealed partial class ReplayRun
{
    /// <summary>The id of the site that stands for a trace without sites.</summary>
    public const int OneSite = 1;

    private readonly ReplayMachine _machine;
    private readonly Malloc<ReplayProcess> _malloc;
    private readonly ChargedProcess _charged;
    private readonly SiteTally _sites;
    private readonly ReplayedBlocks _blocks;
    private readonly bool _assumesWritten;

    public ReplayRun(TraceMetadata trace, ReplayOptions options, ReplayMachine machine)
    {
        _machine = machine;
        _malloc = machine.Malloc;
        _charged = machine.Charged;
        _sites = machine.Sites;
        _blocks = new ReplayedBlocks(byRange: trace.Touches == TouchKnowledge.Observed);
        _mappings = new ReplayedBlocks(byRange: trace.Touches == TouchKnowledge.Observed);
        _assumesWritten = trace.Touches == TouchKnowledge.None && options.Touches == AssumedTouches.Written;
        HasOneSite = trace.Source == "text";
        _threads[0] = _malloc.MainThread;
    }

    /// <summary>The trace's format knows no call sites.</summary>
    public bool HasOneSite { get; }

    public Oddities Oddities { get; } = new();

    public void Apply(in TraceEvent e)
    {
        if ((e.Flags & TraceEventFlags.Foreign) != 0)
        {
            Oddities.ForeignCalls++;
            return;
        }

        switch (e.Kind)
        {
            case TraceEventKind.Malloc or TraceEventKind.Calloc or TraceEventKind.Memalign or TraceEventKind.PosixMemalign:
                Allocate(e);
                break;
            case TraceEventKind.Realloc:
                Reallocate(e);
                break;
            case TraceEventKind.Free:
                Free(e);
                break;
            case TraceEventKind.Write or TraceEventKind.Read:
                Touch(e);
                break;
            case TraceEventKind.ThreadStart or TraceEventKind.ThreadExit or TraceEventKind.ThreadJoin:
                ApplyToThread(e);
                break;
            case TraceEventKind.Mmap or TraceEventKind.Munmap or TraceEventKind.Mremap or TraceEventKind.Madvise:
                ApplyToMapping(e);
                break;
            default:
                ApplyToProcess(e);
                break;
        }
    }

    private void ApplyToProcess(in TraceEvent e)
    {
        switch (e.Kind)
        {
            case TraceEventKind.Trim:
                _malloc.Trim(e.Size);
                break;
            case TraceEventKind.MallInfo:
                _malloc.GetMallocInfo();
                break;
            case TraceEventKind.Mallopt:
                _malloc.Mallopt((MalloptParameter)(int)e.Argument, (int)e.Size);
                break;
            case TraceEventKind.Sbrk:
                MoveBreak((long)e.Size);
                break;
            case TraceEventKind.UsableSize when _blocks.TryGet(e.Address, out ReplayedBlock block) && block.Pointer != 0:
                _malloc.UsableSize(block.Pointer);
                break;
        }
    }

    /// <summary>sbrk by the program, through the C library: nothing for 0, no call where the sum wraps.</summary>
    private void MoveBreak(long delta)
    {
        ulong old = _charged.Process.CurrentBreak.Value, wanted = old + (ulong)delta;
        if (delta != 0 && delta > 0 == wanted > old)
            _malloc.Process.Brk(new(wanted));
    }

    private int SiteOf(in TraceEvent e) => HasOneSite ? OneSite : SiteTally.Known(e.Site);
}
