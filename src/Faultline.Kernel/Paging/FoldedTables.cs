// Levels of page tables that a 32-bit machine does not have (include/asm-generic/pgtable-nopud.h, pgtable-nopmd.h, 6.18). The model's
// tree has four levels of 512 entries everywhere, so that walking it is the same code for all machines. On a 32-bit machine some of its
// tables take no frame of simulated memory:
//
//   four levels    PGD ─ PUD ─ PMD ─ PTE            every table is a frame
//   PAE            PGD ─(PUD)─ PMD ─ PTE            the PUD is folded; 4 PMDs are made with the process
//   two levels     PGD ─(PUD)─(PMD)─ PTE │ PTE      two neighbours of 512 entries are one frame of 1024 entries of 4 bytes
//
// A table without a frame has a record of a frame number above all of memory.

namespace Faultline.Kernel;

/// <summary>Hands out frame numbers that stand for no memory.</summary>
internal sealed unsafe class FoldedTables
{
    /// <summary>How many there can be: more than 3000 processes use with all of their addresses in use.</summary>
    public const uint Capacity = 4u << 20;

    private readonly Frame* _frames;
    private readonly uint _first;
    private uint _next;
    private uint _freed;

    /// <summary>Hands out numbers from <paramref name="first"/> on.</summary>
    public FoldedTables(Frame* frames, uint first)
    {
        _frames = frames;
        _first = _next = first;
    }

    /// <summary>Throws <see cref="OutOfMemoryException"/> past <see cref="Capacity"/>.</summary>
    public uint Take()
    {
        uint taken = _freed;
        if (taken == 0)
            return _next < _first + Capacity ? _next++ : throw new OutOfMemoryException($"more than {Capacity} tables of folded levels");
        _freed = _frames[taken].Private;
        _frames[taken] = default;
        return taken;
    }

    public void Give(uint folded)
    {
        _frames[folded] = new Frame { Private = _freed };
        _freed = folded;
    }

    public bool Contains(uint frame) => frame >= _first;
}
