using Faultline.Kernel;
using Faultline.Shim.Ledger;

namespace Faultline.Shim.Watching;

internal sealed unsafe partial class WatchedProcess
{
    /// <summary>mremap(2): page states move in the simulation, pages move for real, and the mapping's owner stays.</summary>
    public SystemCallResult Mremap(VirtualAddress start, ulong oldLength, ulong newLength, bool mayMove)
    {
        ulong source = start.Value;
        ulong oldBytes = PageSize.Up(oldLength);
        ulong newBytes = PageSize.Up(newLength);
        Observe(source, source + oldBytes);
        Recorder?.Mark();
        SystemCallResult result = Process.Mremap(start, oldLength, newLength, mayMove);
        if (result.Failed)
            return result;
        int index = Mappings.Find(source);
        if (index < 0)
            throw new InvalidOperationException($"mremap of [0x{source:x}, +{oldBytes}), which lies in no mapping");
        Mapping mapping = Mappings[index];
        ulong destination = result.Address.Value;
        if (destination == source)
            ResizeInPlace(source, oldBytes, newBytes);
        else
            MovePages(destination, source, oldBytes, newBytes);

        _lowestMapping = Math.Min(_lowestMapping, destination);
        Mappings.Remove(source, source + oldBytes);
        mapping.Chunk = destination + (mapping.Chunk - source);
        mapping.Start = destination;
        mapping.End = destination + newBytes;
        mapping.Restore |= destination != source;
        Mappings.Insert(mapping);
        SettleHeader(mapping.HeaderPage);
        return result;
    }

    private void ResizeInPlace(ulong start, ulong oldBytes, ulong newBytes)
    {
        if (newBytes < oldBytes)
        {
            ForgetPages(start + newBytes, start + oldBytes);
            Arena.Discard(start + newBytes, oldBytes - newBytes);
            return;
        }

        OpenOrThrow(start + oldBytes, newBytes - oldBytes);
        Acquire(start + oldBytes, start + newBytes);
    }

    private void MovePages(ulong destination, ulong source, ulong oldBytes, ulong newBytes)
    {
        OpenOrThrow(destination, newBytes);
        Acquire(destination, destination + newBytes);
        ForgetPages(source, source + oldBytes);
        Arena.Move(destination, source, Math.Min(oldBytes, newBytes));
        // Moving cuts the kernel's areas; made anew, the old place becomes one with its neighbours again.
        Arena.Restore(source, oldBytes);
    }

    /// <summary>The simulated kernel has agreed already: a host that cannot commit is the end of the simulation, not of the program.</summary>
    private void OpenOrThrow(ulong start, ulong length)
    {
        if (!Arena.Open(start, length))
            throw new InvalidOperationException($"the host has no memory to commit for [0x{start:x}, +{length})");
    }

    private void SettleHeader(ulong page)
    {
        if (Process.StateOf(new VirtualAddress(page)) is PageState.Private or PageState.PrivateHuge)
            Ledger.At(page) |= PageLedger.Settled;
    }
}
