// One node of a file's page tree (struct xa_node, include/linux/xarray.h, 6.18): 64 slots, each an entry or, above the lowest level, the
// node below.

namespace Faultline.Kernel;

internal unsafe struct TreeNode
{
    /// <summary>6 bits of the page number choose the slot (XA_CHUNK_SHIFT).</summary>
    public const int Bits = 6;
    public const int Size = 1 << Bits;

    public TreeNode* Parent;

    /// <summary>Neighbours on the list of nodes that hold nothing but shadows.</summary>
    public TreeNode* Next;
    public TreeNode* Previous;

    /// <summary>Object of cache radix_tree_node.</summary>
    public ulong Object;

    /// <summary>Number of the file.</summary>
    public uint File;

    /// <summary>Place in the parent.</summary>
    public byte Offset;

    /// <summary>Slots in use.</summary>
    public byte Count;

    /// <summary>Of these, slots whose entry is no page (nr_values).</summary>
    public byte Values;

    public bool IsListed;

    public fixed ulong Slots[Size];
}
