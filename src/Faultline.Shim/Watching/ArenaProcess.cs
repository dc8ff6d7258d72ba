using System.Runtime.CompilerServices;
using Faultline.Kernel;

namespace Faultline.Shim.Watching;

/// <summary>The watched process as the allocator sees it: a struct, so that the allocator is specialised for it and nothing goes through an interface.</summary>
internal readonly struct ArenaProcess(WatchedProcess watched) : ISystemCalls, IMemoryAccess
{
    public VirtualAddress CurrentBreak => watched.Process.CurrentBreak;

    public VirtualAddress Brk(VirtualAddress newBreak) => watched.Brk(newBreak);

    public SystemCallResult Mmap(VirtualAddress hint, ulong length, Protection protection, MapFlags flags) => watched.Mmap(hint, length, protection, flags);

    public SystemCallResult Munmap(VirtualAddress start, ulong length) => watched.Munmap(start, length);

    public SystemCallResult Mremap(VirtualAddress start, ulong oldLength, ulong newLength, bool mayMove) => watched.Mremap(start, oldLength, newLength, mayMove);

    public SystemCallResult Mprotect(VirtualAddress start, ulong length, Protection protection) => watched.Mprotect(start, length, protection);

    public SystemCallResult Madvise(VirtualAddress start, ulong length, Advice advice) => watched.Madvise(start, length, advice, overBlocks: false);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Access(VirtualAddress address, AccessKind kind) => watched.Access(address.Value, kind);

    public void Clear(VirtualAddress start, ulong length) => watched.Fill(start.Value, length, 0);

    public void Fill(VirtualAddress start, ulong length, byte value) => watched.Fill(start.Value, length, value);

    public void Copy(VirtualAddress destination, VirtualAddress source, ulong length) => watched.Copy(destination.Value, source.Value, length);
}
