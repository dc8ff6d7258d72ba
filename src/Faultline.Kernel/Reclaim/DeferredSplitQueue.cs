namespace Faultline.Kernel;

/// <summary>
/// Huge pages that wait to be split, oldest first (struct deferred_split). Linked by <see cref="Frame.Private"/> of their first frame (the
/// next) and of their second (the one before).
/// </summary>
internal sealed unsafe class DeferredSplitQueue(Frame* frames)
{
    private uint _last;

    public uint First { get; private set; }

    public ulong Count { get; private set; }

    public void Add(uint head)
    {
        frames[head].Flags |= FrameFlags.DeferredSplit;
        frames[head].Private = 0;
        frames[head + 1].Private = _last;
        if (_last == 0)
            First = head;
        else
            frames[_last].Private = head;
        _last = head;
        Count++;
    }

    /// <summary>Does nothing for a page that does not wait.</summary>
    public void Remove(uint head)
    {
        if ((frames[head].Flags & FrameFlags.DeferredSplit) == 0)
            return;
        frames[head].Flags &= ~FrameFlags.DeferredSplit;
        (uint next, uint previous) = (frames[head].Private, frames[head + 1].Private);
        if (previous == 0)
            First = next;
        else
            frames[previous].Private = next;
        if (next == 0)
            _last = previous;
        else
            frames[next + 1].Private = previous;
        Count--;
    }
}
