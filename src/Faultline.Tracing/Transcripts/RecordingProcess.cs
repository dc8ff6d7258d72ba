using Faultline.Kernel;

namespace Faultline.Tracing.Transcripts;

/// <summary>A simulated process whose system calls are written down; accesses go straight through.</summary>
internal readonly struct RecordingProcess(Process process, SystemCallLog log) : ISystemCalls, IMemoryAccess
{
    public static bool SeesEveryStore => false;

    private readonly SimulatedProcess _process = new(process);

    public VirtualAddress CurrentBreak => _process.CurrentBreak;

    public VirtualAddress Brk(VirtualAddress newBreak)
    {
        VirtualAddress now = _process.Brk(newBreak);
        log.AddBreak(newBreak.Value, now.Value);
        return now;
    }

    public SystemCallResult Mmap(VirtualAddress hint, ulong length, Protection protection, MapFlags flags)
    {
        SystemCallResult result = _process.Mmap(hint, length, protection, flags);
        log.Add(CallKind.Mmap, hint.Value, length, (ulong)protection, result);
        return result;
    }

    public SystemCallResult Munmap(VirtualAddress start, ulong length)
    {
        SystemCallResult result = _process.Munmap(start, length);
        log.Add(CallKind.Munmap, start.Value, length, 0, result);
        return result;
    }

    public SystemCallResult Mremap(VirtualAddress start, ulong oldLength, ulong newLength, bool mayMove)
    {
        SystemCallResult result = _process.Mremap(start, oldLength, newLength, mayMove);
        log.Add(CallKind.Mremap, start.Value, oldLength, newLength, result);
        return result;
    }

    public SystemCallResult Mprotect(VirtualAddress start, ulong length, Protection protection)
    {
        SystemCallResult result = _process.Mprotect(start, length, protection);
        log.Add(CallKind.Mprotect, start.Value, length, (ulong)protection, result);
        return result;
    }

    public SystemCallResult Madvise(VirtualAddress start, ulong length, Advice advice)
    {
        SystemCallResult result = _process.Madvise(start, length, advice);
        log.Add(CallKind.Madvise, start.Value, length, (ulong)advice, result);
        return result;
    }

    public void Access(VirtualAddress address, AccessKind kind) => _process.Access(address, kind);

    public void Clear(VirtualAddress start, ulong length) => _process.Clear(start, length);

    public void Fill(VirtualAddress start, ulong length, byte value) => _process.Fill(start, length, value);

    public void Copy(VirtualAddress destination, VirtualAddress source, ulong length) => _process.Copy(destination, source, length);
}
