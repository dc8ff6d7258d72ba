using Faultline.Kernel;

namespace Faultline.Tracing.Replay;

/// <summary>
/// The process as the allocator sees it in a replay: accesses are charged, contents do not exist, and pages that system calls take
/// away lose their owners. A struct, so that the allocator is specialised for it.
/// </summary>
internal readonly struct ReplayProcess(ChargedProcess charged) : ISystemCalls, IMemoryAccess
{
    public static bool SeesEveryStore => false;

    private Process Process => charged.Process;

    public VirtualAddress CurrentBreak => Process.CurrentBreak;

    public VirtualAddress Brk(VirtualAddress newBreak)
    {
        VirtualAddress before = Process.CurrentBreak, after = Process.Brk(newBreak);
        charged.BreakMoved(before.Value, after.Value);
        return after;
    }

    public SystemCallResult Mmap(VirtualAddress hint, ulong length, Protection protection, MapFlags flags)
    {
        SystemCallResult result = Process.Mmap(hint, length, protection, flags);
        if (!result.Failed)
            charged.Mapped(result.Address.Value, length);
        return result;
    }

    public SystemCallResult Munmap(VirtualAddress start, ulong length)
    {
        SystemCallResult result = Process.Munmap(start, length);
        if (!result.Failed)
            charged.Owners.Drop(start.Value, PageSize.Up(start.Value + length));
        return result;
    }

    public SystemCallResult Mremap(VirtualAddress start, ulong oldLength, ulong newLength, bool mayMove)
    {
        SystemCallResult result = Process.Mremap(start, oldLength, newLength, mayMove);
        if (result.Failed)
            return result;
        ulong from = start.Value, to = result.Address.Value, kept = PageSize.Up(Math.Min(oldLength, newLength));
        charged.Owners.Drop(from + kept, PageSize.Up(from + oldLength));
        if (to != from)
        {
            charged.Mapped(to, newLength);
            charged.Owners.Move(from, to, kept);
        }

        return result;
    }

    public SystemCallResult Mprotect(VirtualAddress start, ulong length, Protection protection) => Process.Mprotect(start, length, protection);

    public SystemCallResult Madvise(VirtualAddress start, ulong length, Advice advice)
    {
        SystemCallResult result = Process.Madvise(start, length, advice);
        if (!result.Failed && advice == Advice.DontNeed)
            charged.Owners.Drop(start.Value, PageSize.Up(start.Value + length));
        return result;
    }

    public void Access(VirtualAddress address, AccessKind kind) => charged.Access(address.Value, kind);

    public void Clear(VirtualAddress start, ulong length) => charged.AccessRange(start.Value, length, AccessKind.Write);

    public void Fill(VirtualAddress start, ulong length, byte value) => charged.AccessRange(start.Value, length, AccessKind.Write);

    public void Copy(VirtualAddress destination, VirtualAddress source, ulong length)
    {
        charged.AccessRange(source.Value, length, AccessKind.Read);
        charged.AccessRange(destination.Value, length, AccessKind.Write);
    }
}
