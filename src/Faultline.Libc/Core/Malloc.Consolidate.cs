using Faultline.Kernel;

namespace Faultline.Libc;

// Emptying the fastbins (malloc_consolidate of glibc 2.36 to 2.41, malloc/malloc.c), and the test fill of M_PERTURB.
public sealed unsafe partial class Malloc<TProcess>
{
    /// <summary>An int in glibc: 256 is "on", with the byte 0.</summary>
    private int _perturb;

    /// <summary>Merges every fastbin chunk into its surroundings, smallest sizes first, each list from the chunk freed last. All go to the unsorted list.</summary>
    private void Consolidate(ulong arena)
    {
        Store(in HaveFastChunks(arena), 0);
        for (ulong index = 0; index < ArenaLayout.FastbinCount; index++)
        {
            ref readonly ulong head = ref FastbinHead(arena, index);
            ulong chunk = head;
            Store(in head, 0);
            while (chunk != 0)
            {
                ulong next = Fd(chunk);
                Mark(chunk, 0);
                Coalesce(arena, chunk, SizeOf(chunk), toSmallBin: false);
                chunk = next;
            }
        }
    }

    /// <summary>With M_PERTURB set, the core fills what it hands out with the byte's complement (not what comes from a cache).</summary>
    private void PerturbAllocated(ulong pointer, ulong length)
    {
        if (_perturb != 0)
            _process.Fill(new VirtualAddress(pointer), length, (byte)~_perturb);
    }

    /// <summary>With M_PERTURB set, the core fills what it takes back (not what goes into a cache).</summary>
    private void PerturbFreed(ulong pointer, ulong length)
    {
        if (_perturb != 0)
            _process.Fill(new VirtualAddress(pointer), length, (byte)_perturb);
    }
}
