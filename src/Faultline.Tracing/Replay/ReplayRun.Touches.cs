using Faultline.Kernel;
using Faultline.Tracing.Events;

namespace Faultline.Tracing.Replay;

// Touches: of a block's bytes, or of the trace's pages, which are translated to the blocks that lay on them.
internal sealed partial class ReplayRun
{
    private readonly BlockTouches? _seen;
    private int _nextSeen;
    private ulong _event;

    /// <summary>What can have been touched from the event on that was just applied.</summary>
    private void TouchSeen(IReadOnlyList<BlockTouch> seen)
    {
        for (; _nextSeen < seen.Count && seen[_nextSeen].After <= _event; _nextSeen++)
        {
            BlockTouch touch = seen[_nextSeen];
            if (_blocks.TryGet(touch.Address, out ReplayedBlock block))
                TouchBlock(block, touch.Offset, touch.Length, touch.Kind);
        }

        _event++;
    }

    private void Touch(in TraceEvent e)
    {
        AccessKind kind = e.Kind == TraceEventKind.Read ? AccessKind.Read : AccessKind.Write;
        if ((e.Flags & TraceEventFlags.Pages) != 0)
            TouchPages(e.Address, e.Address + e.Size, kind);
        else if (_blocks.TryGet(e.Address, out ReplayedBlock block) || _mappings.TryGet(e.Address, out block))
            TouchBlock(block, e.Second, e.Size, kind);
        else
            Oddities.UnknownTouches++;
    }

    private void TouchPages(ulong start, ulong end, AccessKind kind)
    {
        if (_isFaithful && start >= _charged.Owners.Start && start < end && end <= _charged.Owners.End)
        {
            _charged.AccessRange(start, end - start, kind);
            return;
        }

        void TouchPart(ReplayedBlock block, ulong offset, ulong length) => TouchBlock(block, offset, length, kind);

        int mappings = _mappings.ForEachIn(start, end, TouchPart);
        bool hasBlock = _seen != null ? !_seen.SawNoBlock(_event) : _blocks.ForEachIn(start, end, TouchPart) > 0;
        if (!hasBlock && mappings == 0)
            Oddities.UnknownTouches++;
    }

    private void TouchBlock(in ReplayedBlock block, ulong offset, ulong length, AccessKind kind)
    {
        ulong room = _charged.Owners.End - block.Pointer;
        if (block.Pointer != 0 && offset < room)
            _charged.AccessRange(block.Pointer + offset, length, kind);
    }
}
