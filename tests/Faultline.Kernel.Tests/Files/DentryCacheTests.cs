namespace Faultline.Kernel.Tests;

/// <summary>Names and inodes of files in memory, and how they are given up.</summary>
public sealed class DentryCacheTests : IDisposable
{
    private readonly Machine _machine = new(new MachineOptions { RamBytes = 256UL << 20 });

    public void Dispose() => _machine.Dispose();

    /// <summary>What find over a large tree leaves behind: 21 names and 14 inodes a slab of 1 and 4 pages.</summary>
    [Fact]
    public void FilesLookedUpFillTheCachesAndDropCachesEmptiesThem()
    {
        Make(2100);
        Assert.Equal((2100UL, 2100UL), (_machine.Caches.Dentry.ObjectsInUse, _machine.Caches.Ext4InodeCache.ObjectsInUse));
        Assert.Equal((100UL, 600UL), (_machine.Caches.Dentry.Pages, _machine.Caches.Ext4InodeCache.Pages));
        Assert.True(_machine.Stat[VmEvent.nr_slab_reclaimable] >= 700);
        Assert.True(_machine.Files.DropSlab() >= 4200);
        Assert.Equal((0UL, 0UL), (_machine.Caches.Dentry.ObjectsInUse, _machine.Caches.Ext4InodeCache.ObjectsInUse));
        Assert.True(_machine.Stat[VmEvent.nr_slab_reclaimable] < 120);
        Assert.Equal(1UL, _machine.Stat[VmEvent.drop_slab]);
        Assert.Equal(2100, _machine.Files.All.Count());
        _machine.CheckInvariants();
        _machine.Files.LookUp(_machine.Files.Find("/file7")!);
        Assert.Equal((1UL, 1UL), (_machine.Caches.Dentry.ObjectsInUse, _machine.Caches.Ext4InodeCache.ObjectsInUse));
    }

    [Fact]
    public void WhatIsOpenMappedOrHasPagesStays()
    {
        Make(10);
        Process process = _machine.CreateProcess(AddressSpaceLayout.X64);
        OpenFile open = _machine.Files.Open(_machine.Files.Find("/file0")!);
        OpenFile mapped = _machine.Files.Open(_machine.Files.Find("/file1")!);
        process.Mmap(default, 4096, Protection.Read, MapFlags.Private, mapped, 0);
        _machine.Files.Close(mapped);
        OpenFile read = _machine.Files.Open(_machine.Files.Find("/file2")!);
        process.Read(read, 0, 4096);
        _machine.Files.Close(read);
        _machine.Files.DropSlab();
        Assert.Equal((2UL, 3UL), (_machine.Caches.Dentry.ObjectsInUse, _machine.Caches.Ext4InodeCache.ObjectsInUse));
        _machine.CheckInvariants();
        _machine.Files.DropCaches();
        _machine.Files.DropSlab();
        Assert.Equal((2UL, 2UL), (_machine.Caches.Dentry.ObjectsInUse, _machine.Caches.Ext4InodeCache.ObjectsInUse));
        _machine.Files.Close(open);
        process.Exit();
        _machine.Files.DropSlab();
        Assert.Equal(0UL, _machine.Caches.Dentry.ObjectsInUse + _machine.Caches.Filp.ObjectsInUse);
        _machine.CheckInvariants();
    }

    [Fact]
    public void AFileInMemoryAndOneWithoutANameTakeTheirsAlong()
    {
        OpenFile memory = _machine.Files.CreateMemfd("x", 8192);
        _machine.Files.Create("/dev/shm/y", 4096, FileKind.Tmpfs);
        _machine.Files.DropSlab();
        Assert.Equal((2UL, 2UL), (_machine.Caches.Dentry.ObjectsInUse, _machine.Caches.ShmemInodeCache.ObjectsInUse));
        _machine.Files.Close(memory);
        Assert.Equal((1UL, 1UL), (_machine.Caches.Dentry.ObjectsInUse, _machine.Caches.ShmemInodeCache.ObjectsInUse));
        _machine.Files.Unlink(_machine.Files.Find("/dev/shm/y")!);
        Assert.Equal((0UL, 0UL), (_machine.Caches.Dentry.ObjectsInUse, _machine.Caches.ShmemInodeCache.ObjectsInUse));
        _machine.CheckInvariants();
    }

    /// <summary>Oldest names first; one that was looked up again goes round once more.</summary>
    [Fact]
    public void ReclaimTakesTheOldestNamesThatWereNotUsedAgain()
    {
        Make(4);
        DentryCache names = _machine.Files.Names;
        Assert.Equal((4UL, 1024UL, 2), (names.Count(), names.BatchSize, names.Seeks));
        for (int i = 0; i < 4; i++)
            _machine.Files.Find($"/file{i}")!.Objects.NameUsed = i is 0 or 2;
        names.Scan(2);
        Assert.Equal([true, false, true, true], Enumerable.Range(0, 4).Select(i => _machine.Files.Find($"/file{i}")!.Objects.Dentry != 0));
        _machine.CheckInvariants();
    }

    /// <summary>A process that needs memory gets that of names and inodes.</summary>
    [Fact]
    public void ShortageOfMemoryShrinksTheCaches()
    {
        Make(20000);
        ulong before = _machine.Stat[VmEvent.nr_slab_reclaimable];
        Process process = _machine.CreateProcess(AddressSpaceLayout.X64);
        VirtualAddress start = process.Mmap(default, 400UL << 20, Protection.ReadWrite, MapFlags.Private | MapFlags.NoReserve).Address;
        process.AccessRange(start, 400UL << 20, AccessKind.Write);
        Assert.True(_machine.Stat[VmEvent.slabs_scanned] > 0);
        Assert.True(_machine.Stat[VmEvent.nr_slab_reclaimable] < before / 4, $"{before} pages before, {_machine.Stat[VmEvent.nr_slab_reclaimable]} after");
        _machine.CheckInvariants();
    }

    private void Make(int count)
    {
        for (int i = 0; i < count; i++)
            _machine.Files.Create($"/file{i}", 8192);
    }
}
