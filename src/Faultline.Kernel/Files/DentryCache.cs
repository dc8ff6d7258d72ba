// Names and inodes of files in memory (fs/dcache.c, fs/inode.c, fs/super.c super_cache_scan, 6.18). Each is an object of the kernel's.
// A name that nobody uses stays, for the next time: on a list that reclaim takes from. Its inode stays at least as long as the name,
// and as long as it has pages in the page cache.
//
//   open, mapped ──last use──► names: oldest ◄─ newest ──pruned──► inodes without pages: oldest ◄─ newest ──pruned──► gone, until looked up
//         ▲                          │ used since: once round                  ▲
//         └───────── lookup ─────────┘                            last page left the page cache

namespace Faultline.Kernel;

/// <summary>The dentry and inode caches of a machine, one file system for all, and what reclaims them.</summary>
internal sealed class DentryCache(Machine machine) : Shrinker
{
    private readonly LinkedList<Inode> _names = [];
    private readonly LinkedList<Inode> _inodes = [];

    public override ulong BatchSize => 1024;

    public override ulong Count() => (ulong)(_names.Count + _inodes.Count);

    /// <summary>Both lists give in proportion to their lengths, and one object more.</summary>
    public override ulong Scan(ulong objects)
    {
        ulong all = Count() + 1;
        ulong names = objects * (ulong)_names.Count / all, inodes = objects * (ulong)_inodes.Count / all;
        return PruneNames(names + 1) + PruneInodes(inodes + 1);
    }

    /// <summary>Name and inode are in memory afterwards; false when no page could be had for them.</summary>
    public bool TryLookUp(Inode file)
    {
        if (file.Objects.Inode == 0 && (file.Objects.Inode = InodeCacheOf(file).Allocate(0)) == 0)
            return false;
        if (file.Objects.Dentry == 0 && (file.Objects.Dentry = machine.Caches.Dentry.Allocate(0)) == 0)
            return false;
        file.Objects.NameUsed = true;
        return true;
    }

    /// <summary>A use of a file has ended. Files in memory keep their names: there is nothing else that they could be read from.</summary>
    public void NoteUnused(Inode file)
    {
        if (file.Kind != FileKind.Disk || file.Objects.Dentry == 0 || IsInUse(file))
            return;
        if (file.Objects.NameLink.List == null)
            _names.AddLast(file.Objects.NameLink);
        else
            file.Objects.NameUsed = true;
    }

    /// <summary>The last page of a file left the page cache.</summary>
    public void NoteWithoutPages(Inode file)
    {
        if (file.Kind == FileKind.Disk && file.Objects is { Inode: not 0, Dentry: 0 } && file.Objects.InodeLink.List == null)
            _inodes.AddLast(file.Objects.InodeLink);
    }

    /// <summary>The file is no more.</summary>
    public void Forget(Inode file)
    {
        FreeName(file);
        FreeInode(file);
    }

    /// <summary>Throws <see cref="InvalidOperationException"/> unless objects and lists are those of the files there are.</summary>
    public void CheckInvariants()
    {
        ulong dentries = 0, names = 0, inodes = 0;
        foreach (Inode file in machine.Files.All)
        {
            dentries += file.Objects.Dentry != 0 ? 1UL : 0;
            names += file.Objects.NameLink.List == _names ? 1UL : 0;
            inodes += file.Objects.InodeLink.List == _inodes ? 1UL : 0;
            if (file.Objects.Inode == 0 && (file.Objects.Dentry != 0 || file.Cached != 0))
                throw new InvalidOperationException($"{file} has a name or pages in memory, but no inode");
            if (file.Objects.NameLink.List != null && file.Objects.Dentry == 0)
                throw new InvalidOperationException($"{file} is on the list of names without having one");
        }

        if (dentries != machine.Caches.Dentry.ObjectsInUse || names != (ulong)_names.Count || inodes != (ulong)_inodes.Count)
            throw new InvalidOperationException($"{dentries} names in memory and {machine.Caches.Dentry.ObjectsInUse} dentry objects; {names} and {inodes} files on lists of {_names.Count} and {_inodes.Count}");
    }

    private bool IsInUse(Inode file) => file.Opened != 0 || machine.FileMappings.Of(file).Count != 0;

    private KmemCache InodeCacheOf(Inode file) => file.Kind switch
    {
        FileKind.Disk => machine.Caches.Ext4InodeCache,
        FileKind.Tmpfs => machine.Caches.ShmemInodeCache,
        _ => machine.Caches.InodeCache,
    };

    /// <summary>A name used since it was last looked at goes round once more; one in use leaves the list until its use ends.</summary>
    private ulong PruneNames(ulong scan)
    {
        ulong freed = 0;
        for (; scan > 0 && _names.First is { } oldest; scan--)
        {
            Inode file = oldest.Value;
            _names.Remove(oldest);
            if (IsInUse(file))
                continue;
            if (file.Objects.NameUsed)
            {
                file.Objects.NameUsed = false;
                _names.AddLast(oldest);
                continue;
            }

            FreeName(file);
            if (file.Cached == 0)
                NoteWithoutPages(file);
            freed++;
        }

        return freed;
    }

    private ulong PruneInodes(ulong scan)
    {
        ulong freed = 0;
        for (; scan > 0 && _inodes.First is { } oldest; scan--)
        {
            Inode file = oldest.Value;
            _inodes.Remove(oldest);
            if (file.Objects.Dentry != 0 || file.Cached != 0 || IsInUse(file))
                continue;
            machine.Cache.Drop(file, 0, PageTree.NoPage - 1);
            FreeInode(file);
            freed++;
        }

        return freed;
    }

    private void FreeName(Inode file)
    {
        file.Objects.NameLink.List?.Remove(file.Objects.NameLink);
        if (file.Objects.Dentry != 0)
            machine.Caches.Dentry.Free(0, file.Objects.Dentry);
        file.Objects.Dentry = 0;
    }

    private void FreeInode(Inode file)
    {
        file.Objects.InodeLink.List?.Remove(file.Objects.InodeLink);
        if (file.Objects.Inode != 0)
            InodeCacheOf(file).Free(0, file.Objects.Inode);
        file.Objects.Inode = 0;
    }
}
