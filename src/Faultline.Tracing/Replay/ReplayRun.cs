using Faultline.Kernel;
using Faultline.Libc;
using Faultline.Tracing.Events;
using Faultline.Tracing.Inspection;
using Faultline.Tracing.Stacks;

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
    private readonly ulong _temporaryWithin;
    private readonly StackKind _stackKind;
    private readonly StackTable _stackNames;

    /// <summary>Every block and mapping so far was put where it was in the recorded process: addresses need no translation.</summary>
    private bool _isFaithful;

    /// <summary><paramref name="seen"/> stands for the pages that the recording saw where blocks are put elsewhere; null: the pages themselves are touched.</summary>
    public ReplayRun(ITraceSource source, ReplayOptions options, ReplayMachine machine, BlockTouches? seen = null)
    {
        TraceMetadata trace = source.Metadata;
        _stackKind = trace.Stacks.Kind;
        _stackNames = source.Stacks;
        _machine = machine;
        _malloc = machine.Malloc;
        _charged = machine.Charged;
        _sites = machine.Sites;
        _blocks = new ReplayedBlocks(byRange: trace.Touches == TouchKnowledge.Observed && seen == null);
        _mappings = new ReplayedBlocks(byRange: true);
        _seen = seen;
        _isFaithful = machine.HasRecordedSpace && seen == null;
        _assumesWritten = trace.Touches == TouchKnowledge.None && options.Touches == AssumedTouches.Written;
        _temporaryWithin = options.TemporaryWithin;
        HasOneSite = trace.Source == "text";
        Meter = options.Measures ? new SiteMeter(machine.Charged) : null;
        _threads[0] = _malloc.MainThread;
    }

    /// <summary>The trace's format knows no call sites.</summary>
    public bool HasOneSite { get; }

    public Oddities Oddities { get; } = new();

    /// <summary>Null where nothing but counters is wanted.</summary>
    public SiteMeter? Meter { get; }

    public bool IsFaithful => _isFaithful;

    /// <summary>What the program holds now, by malloc and its kin and by mappings of its own.</summary>
    public List<LiveBlock> Live()
    {
        List<LiveBlock> live = [];
        foreach (ReplayedBlock block in _blocks.All.Where(block => block.Pointer != 0))
        {
            bool mapped = _malloc.IsMapped(block.Pointer);
            ulong mapping = mapped ? PageSize.Down(block.Pointer - HeaderBytes - _malloc.MappingLeadOf(block.Pointer)) : 0;
            live.Add(new(block.Pointer, block.Requested, block.Usable, _sites.SiteOf(block.Owner), mapping));
        }

        foreach (ReplayedBlock block in _mappings.All)
            live.Add(new(block.Pointer, block.Requested, block.Usable, _sites.SiteOf(block.Owner), block.Pointer));
        return live;
    }

    public void Apply(in TraceEvent e)
    {
        Carry(e);
        if (_seen != null)
            TouchSeen(_seen.All);
    }

    private void Carry(in TraceEvent e)
    {
        if ((e.Flags & TraceEventFlags.Foreign) != 0)
        {
            _sites.At(SiteOf(e)).Calls++;
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
            // A snapshot asks the allocator for its figures, which it has to touch memory for.
            case TraceEventKind.MallInfo or TraceEventKind.Snapshot:
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

    private void CountCall(in TraceEvent e)
    {
        if ((e.Flags & TraceEventFlags.Continued) == 0)
            _sites.At(SiteOf(e)).Calls++;
    }

    /// <summary>Whose the blocks are that the event allocates.</summary>
    private int OwnerOf(in TraceEvent e, ulong requested)
        => _sites.OwnerOf(SiteOf(e), _stackKind != StackKind.Off && _stackNames.Has(e.Stack) ? e.Stack : 0, requested, _stackKind);

    /// <summary>The site that an event is counted at.</summary>
    public int SiteOf(in TraceEvent e) => HasOneSite ? OneSite : SiteTally.Known(e.Site);
}
