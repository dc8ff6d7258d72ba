// What finds the areas in which a private page may be mapped (include/linux/rmap.h, 6.18). An area whose pages were written has an
// anon_vma of its own; one that fork made is linked to those of its ancestors too, since it has pages from all of them. Each link is an
// anon_vma_chain.
//
//   parent's area ──chain──► A                A: root, counts the areas that use it and the anon_vmas below it
//   child's area  ──chain──► B ──► A          B: parent A
//   grandchild's  ──chain──► C ──► B ──► A    C: parent B

namespace Faultline.Kernel;

/// <summary>struct anon_vma. Two areas that have different ones are never merged.</summary>
internal unsafe struct AnonVma
{
    public AnonVma* Root;
    public AnonVma* Parent;

    /// <summary>Object of cache anon_vma.</summary>
    public ulong Object;

    /// <summary>Its own, and for a root one for each anon_vma below it (refcount).</summary>
    public int References;

    /// <summary>Areas linked to it (the tree in rb_root).</summary>
    public int Links;

    /// <summary>anon_vmas whose parent it is; a root counts as its own.</summary>
    public int Children;

    /// <summary>Areas whose new pages hang on it (num_active_vmas).</summary>
    public int ActiveAreas;
}

/// <summary>struct anon_vma_chain: one link of an area; the youngest anon_vma comes first.</summary>
internal unsafe struct AnonVmaChain
{
    public AnonVmaChain* Next;
    public AnonVma* Map;

    /// <summary>Object of cache anon_vma_chain.</summary>
    public ulong Object;
}
