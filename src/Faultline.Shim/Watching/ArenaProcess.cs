using System.Runtime.CompilerServices;
using Faultline.Kernel;

namespace Faultline.Shim.Watching;

/// <summary>
/// The watched process as the allocator sees it: a struct, so that the allocator is specialised for it and nothing goes through an
/// interface. Its system calls take the lock of the simulated kernel, whatever thread makes them.
/// </summary>
internal readonly struct ArenaProcess(WatchedProcess watched) : ISystemCalls, IMemoryAccess
{
    public static bool SeesEveryStore => false;

    /// <summary>Only the main arena moves it, and asks for it under its own lock.</summary>
    public VirtualAddress CurrentBreak => watched.Process.CurrentBreak;

    public VirtualAddress Brk(VirtualAddress newBreak)
    {
        watched.Lock();
        VirtualAddress answer = watched.Brk(newBreak);
        watched.Unlock();
        return answer;
    }

    public SystemCallResult Mmap(VirtualAddress hint, ulong length, Protection protection, MapFlags flags)
    {
        watched.Lock();
        SystemCallResult result = watched.Mmap(hint, length, protection, flags);
        watched.Unlock();
        return result;
    }

    public SystemCallResult Munmap(VirtualAddress start, ulong length)
    {
        watched.Lock();
        SystemCallResult result = watched.Munmap(start, length);
        watched.Unlock();
        return result;
    }

    public SystemCallResult Mremap(VirtualAddress start, ulong oldLength, ulong newLength, bool mayMove)
    {
        watched.Lock();
        SystemCallResult result = watched.Mremap(start, oldLength, newLength, mayMove);
        watched.Unlock();
        return result;
    }

    public SystemCallResult Mprotect(VirtualAddress start, ulong length, Protection protection)
    {
        watched.Lock();
        SystemCallResult result = watched.Mprotect(start, length, protection);
        watched.Unlock();
        return result;
    }

    public SystemCallResult Madvise(VirtualAddress start, ulong length, Advice advice)
    {
        watched.Lock();
        SystemCallResult result = watched.Madvise(start, length, advice, overBlocks: false);
        watched.Unlock();
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Access(VirtualAddress address, AccessKind kind) => watched.Access(address.Value, kind);

    public void Clear(VirtualAddress start, ulong length) => watched.Fill(start.Value, length, 0);

    public void Fill(VirtualAddress start, ulong length, byte value) => watched.Fill(start.Value, length, value);

    public void Copy(VirtualAddress destination, VirtualAddress source, ulong length) => watched.Copy(destination.Value, source.Value, length);
}
