using Faultline.Tracing.Events;

namespace Faultline.Tracing.Importers;

// The lines of blocks and times: "a", "+", "-" and "c", in the form with kinds of block and in that with pointers.
internal sealed partial class HeaptrackImporter
{
    private const int FirstFormatWithKinds = 1;
    private const ulong NanosecondsInMillisecond = 1_000_000;

    private readonly HeaptrackBlocks _blocks = new();
    private readonly List<(ulong Size, int Trace)> _kinds = [];
    private ulong _milliseconds;

    /// <summary>Events name pointers, not kinds of block.</summary>
    private bool HasPointers => IsRaw || _format < FirstFormatWithKinds;

    private string? AddKind(ref LineFields fields)
    {
        if (!fields.TryHex(out ulong size) || !fields.TryIndex(out int trace) || !fields.AtEnd)
            return "no size and trace";
        if (!_stacks.HasTrace(trace))
            return $"trace {trace} is not there";
        _kinds.Add((size, trace));
        return null;
    }

    private string? TakeKind(ref LineFields fields, ref TraceEvent e)
    {
        if (!fields.TryIndex(out int kind) || !fields.AtEnd)
            return "no kind of block";
        if (kind >= _kinds.Count)
            return $"kind of block {kind} is not there";
        e = Allocation(_kinds[kind].Size, _kinds[kind].Trace, _blocks.Allocate(kind));
        return null;
    }

    private string? TakeFreeOfKind(ref LineFields fields, ref TraceEvent e)
    {
        if (!fields.TryIndex(out int kind) || !fields.AtEnd)
            return "no kind of block";
        if (!_blocks.TryFree(kind, out ulong address))
            return $"a block of kind {kind} is freed, none is live";
        e = Free(address);
        return null;
    }

    private string? TakePointer(ref LineFields fields, ref TraceEvent e)
    {
        if (!fields.TryHex(out ulong size) || !fields.TryIndex(out int trace) || !fields.TryHex(out ulong pointer) || !fields.AtEnd)
            return "no size, trace and pointer";
        if (!_stacks.HasTrace(trace))
            return $"trace {trace} is not there";
        e = Allocation(size, trace, pointer);
        return null;
    }

    private string? TakeFreeOfPointer(ref LineFields fields, ref TraceEvent e)
    {
        if (!fields.TryHex(out ulong pointer) || !fields.AtEnd)
            return "no pointer";
        e = Free(pointer);
        return null;
    }

    private string? TakeTime(ref LineFields fields)
    {
        if (!fields.TryHex(out ulong time) || time < _milliseconds)
            return "a time that goes back";
        _milliseconds = time;
        return null;
    }

    private TraceEvent Allocation(ulong size, int trace, ulong address) => new()
    {
        Kind = TraceEventKind.Malloc, Size = size, Address = address, Site = _stacks.SiteOf(trace), Stack = _stacks.StackOf(trace), Time = _milliseconds * NanosecondsInMillisecond,
    };

    private TraceEvent Free(ulong address) => new() { Kind = TraceEventKind.Free, Address = address, Time = _milliseconds * NanosecondsInMillisecond };
}
