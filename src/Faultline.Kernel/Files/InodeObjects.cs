namespace Faultline.Kernel;

/// <summary>What the kernel has in memory of a file besides its pages: handles of objects, 0 where there is none, and its places on lists.</summary>
internal sealed class InodeObjects
{
    public InodeObjects(Inode file) => (NameLink, InodeLink) = (new(file), new(file));

    /// <summary>Object of cache dentry.</summary>
    public ulong Dentry { get; set; }

    /// <summary>Object of cache ext4_inode_cache, shmem_inode_cache or inode_cache.</summary>
    public ulong Inode { get; set; }

    /// <summary>The name was looked up since reclaim last came by (DCACHE_REFERENCED).</summary>
    public bool NameUsed { get; set; }

    public LinkedListNode<Inode> NameLink { get; }

    public LinkedListNode<Inode> InodeLink { get; }
}
