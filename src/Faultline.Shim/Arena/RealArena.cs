using System.Runtime.InteropServices;
using Faultline.Kernel;
using Faultline.Shim.Host;

namespace Faultline.Shim.Arena;

/// <summary>
/// The real memory behind the simulated addresses: one reserved range of private anonymous memory at a fixed place, so
/// that layouts repeat from run to run. Untouched pages cost nothing; huge pages are kept out, because they would hide
/// the 4 KiB touches that are to be seen, and so are core dumps, because they would touch everything.
/// <code>
///   Start (64 MiB aligned)                                            End (1 GiB aligned)
///   │ brk heap ─►                                        ◄─ mmap segment │
/// </code>
/// </summary>
/// <remarks>
/// Where the host accounts for every writable page (vm.overcommit_memory = 2) so large a range is refused. Then it is
/// reserved without access, and parts are opened as the simulated break and mappings grow (<see cref="OpensParts"/>).
/// </remarks>
internal sealed unsafe class RealArena : IDisposable
{
    private const ulong FirstHint = 1UL << 44;
    private const ulong HintStep = 1UL << 41;
    private const int Hints = 40;

    private RealArena(ulong start, ulong length, bool opensParts)
    {
        Start = start;
        Length = length;
        OpensParts = opensParts;
    }

    public ulong Start { get; private set; }

    public ulong Length { get; }

    public ulong End => Start + Length;

    /// <summary>The range is without access but for what <see cref="Open"/> opened.</summary>
    public bool OpensParts { get; }

    /// <summary>Reserves that many bytes (a multiple of 64 MiB). Null when the host refuses at every hint.</summary>
    public static RealArena? TryReserve(ulong length, bool opensParts = false)
    {
        int protection = opensParts ? HostCalls.ProtNone : HostCalls.ProtReadWrite;
        int flags = HostCalls.MapPrivateAnonymous | HostCalls.MapNoReserve | HostCalls.MapFixedNoReplace;
        for (int i = 0; i < Hints; i++)
        {
            void* hint = (void*)(FirstHint + (ulong)i * HintStep);
            void* start = HostCalls.mmap(hint, (nuint)length, protection, flags, -1, 0);
            if (start == HostCalls.Failed)
                continue;
            if (start != hint)
            {
                // Before Linux 4.17 the flag is unknown and the address only a wish.
                HostCalls.munmap(start, (nuint)length);
                continue;
            }

            HostCalls.madvise(start, (nuint)length, HostCalls.AdviseNoHugePage);
            HostCalls.madvise(start, (nuint)length, HostCalls.AdviseDontDump);
            return new RealArena((ulong)start, length, opensParts);
        }

        return null;
    }

    public bool Contains(ulong address) => address - Start < Length;

    /// <summary>Makes a part usable; nothing to do unless <see cref="OpensParts"/>. False when the host has no memory to commit.</summary>
    public bool Open(ulong start, ulong length)
        => !OpensParts || length == 0 || HostCalls.mprotect((void*)start, (nuint)length, HostCalls.ProtReadWrite) == 0;

    /// <summary>Drops the pages of a part: it reads as zeros again.</summary>
    public void Discard(ulong start, ulong length)
    {
        if (length == 0)
            return;
        if (OpensParts)
            Restore(start, length);
        else
            HostCalls.madvise((void*)start, (nuint)length, HostCalls.AdviseDontNeed);
    }

    /// <summary>Puts a part back as it was reserved, whatever protection, advice or mapping the program gave it.</summary>
    public void Restore(ulong start, ulong length)
    {
        if (length == 0)
            return;
        int protection = OpensParts ? HostCalls.ProtNone : HostCalls.ProtReadWrite;
        int flags = HostCalls.MapPrivateAnonymous | HostCalls.MapNoReserve | HostCalls.MapFixed;
        if (HostCalls.mmap((void*)start, (nuint)length, protection, flags, -1, 0) == HostCalls.Failed)
            throw new InvalidOperationException($"the arena's [0x{start:x}, +{length}) cannot be restored: errno {Marshal.GetLastSystemError()}");
        HostCalls.madvise((void*)start, (nuint)length, HostCalls.AdviseNoHugePage);
        HostCalls.madvise((void*)start, (nuint)length, HostCalls.AdviseDontDump);
    }

    /// <summary>
    /// Moves pages with their contents to another part of the arena, which must be open and untouched; the old part is left
    /// open and empty. The kernel moves page-table entries (MREMAP_DONTUNMAP, Linux 5.7); parts that it declines are
    /// halved until it agrees, because a range may span several of its areas, and in the end copied.
    /// </summary>
    public void Move(ulong destination, ulong source, ulong length)
    {
        const int Flags = HostCalls.MremapMayMove | HostCalls.MremapFixed | HostCalls.MremapDontUnmap;
        void* moved = HostCalls.mremap((void*)source, (nuint)length, (nuint)length, Flags, (void*)destination);
        if (moved == (void*)destination)
            return;
        if (length <= PageSize.Bytes)
        {
            CopyPage((byte*)destination, (byte*)source);
            return;
        }

        ulong half = PageSize.Up(length / 2);
        Move(destination, source, half);
        Move(destination + half, source + half, length - half);
    }

    public void Dispose()
    {
        if (Start == 0)
            return;
        HostCalls.munmap((void*)Start, (nuint)Length);
        Start = 0;
    }

    /// <summary>A page of zeros is as well left untouched: it may be the shared one, and then a copy would be a write that nobody made.</summary>
    private static void CopyPage(byte* destination, byte* source)
    {
        byte present;
        if (HostCalls.mincore(source, (nuint)PageSize.Bytes, &present) == 0 && (present & 1) == 0)
            return;
        var page = new ReadOnlySpan<byte>(source, (int)PageSize.Bytes);
        if (page.ContainsAnyExcept((byte)0))
            page.CopyTo(new Span<byte>(destination, (int)PageSize.Bytes));
        HostCalls.madvise(source, (nuint)PageSize.Bytes, HostCalls.AdviseDontNeed);
    }
}
