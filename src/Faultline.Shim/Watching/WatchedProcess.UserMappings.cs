using Faultline.Kernel;
using Faultline.Shim.Host;
using Faultline.Shim.Ledger;

namespace Faultline.Shim.Watching;

// Mappings that the program makes itself. The simulated kernel is told that they may be read and written, whatever their
// protection, because mprotect is not routed: what may really be touched is the real kernel's business.
internal sealed unsafe partial class WatchedProcess
{
    /// <summary>mmap of private anonymous memory, at a place of the simulated kernel's choice, or a fixed one over the program's own mappings.</summary>
    public SystemCallResult MapForUser(in MmapArguments call, int site)
    {
        SystemCallResult result = Mmap(new VirtualAddress(call.Address), call.Length, Protection.ReadWrite, call.SimulatedFlags);
        if (result.Failed)
            return result;
        ulong start = result.Address.Value;
        ulong length = PageSize.Up(call.Length);
        PlaceOnMapping(start, MappingKind.User, site);
        Mappings[Mappings.Find(start)].Restore = true;
        if (call.Protection != HostCalls.ProtReadWrite)
            HostCalls.mprotect((void*)start, (nuint)length, call.Protection);
        if (call.IsPopulated)
            HostCalls.madvise((void*)start, (nuint)length, HostCalls.AdvisePopulateWrite);
        return result;
    }

    /// <summary>
    /// A real mmap or mremap put memory of another kind at a place of the arena that the simulated process no longer has:
    /// the addresses stay taken, what happens there is not simulated.
    /// </summary>
    public void GiveToForeign(ulong start, ulong length)
    {
        Process.Mmap(new VirtualAddress(start), length, Protection.ReadWrite, MapFlags.Private | MapFlags.Fixed | MapFlags.NoReserve);
        Mappings.Insert(new Mapping
        {
            Start = start,
            End = start + PageSize.Up(length),
            Chunk = start,
            Kind = MappingKind.Foreign,
            Restore = true,
        });
    }

    /// <summary>Takes [start, end), observed before, away from the simulated process; the real pages are somebody else's by now.</summary>
    public void Abandon(ulong start, ulong end)
    {
        Process.Munmap(new VirtualAddress(start), end - start);
        ForgetMappings(start, end);
    }

    /// <summary>Whether all that is mapped in [start, end) was mapped by the program itself.</summary>
    public bool IsUserRange(ulong start, ulong end)
    {
        if (start < HeapEnd)
            return false;
        for (int i = Mappings.FirstStartingAtOrBelow(end - 1); i < Mappings.Count && Mappings[i].End > start; i++)
            if (Mappings[i].Kind is not (MappingKind.User or MappingKind.Foreign))
                return false;
        return true;
    }
}
