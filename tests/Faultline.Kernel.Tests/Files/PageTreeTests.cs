using CsCheck;

namespace Faultline.Kernel.Tests;

/// <summary>The index of a file's pages: what it holds, and the nodes that it takes of the kernel's memory.</summary>
public sealed class PageTreeTests : IDisposable
{
    private readonly Machine _machine = new(new MachineOptions { RamBytes = 1UL << 30 });

    public void Dispose() => _machine.Dispose();

    private ulong Nodes => _machine.Caches.RadixTreeNode.ObjectsInUse;

    [Fact]
    public void ALonePageZeroNeedsNoNode()
    {
        PageTree tree = Tree();
        Put(tree, 0);
        Assert.Equal((0UL, Entry(0)), (Nodes, tree[0]));
        Put(tree, 1);
        Assert.Equal(1UL, Nodes);
        Put(tree, 64);
        Assert.Equal(3UL, Nodes);
        tree.Set(64, 0);
        tree.Set(1, 0);
        Assert.Equal((0UL, Entry(0)), (Nodes, tree[0]));
        tree.Set(0, 0);
        Assert.Equal(PageTree.NoPage, tree.Next(0, PageTree.NoPage - 1));
    }

    /// <summary>64 · 64 pages: a node for 64 each, and one above them. One page far away: a node on each level.</summary>
    [Theory]
    [InlineData(1UL, 0)]
    [InlineData(2UL, 1)]
    [InlineData(64UL, 1)]
    [InlineData(65UL, 3)]
    [InlineData(4096UL, 65)]
    [InlineData(4097UL, 65 + 3)]
    public void NodesOfTheFirstPagesOfAFile(ulong pages, int nodes)
    {
        PageTree tree = Tree();
        for (ulong page = 0; page < pages; page++)
            Put(tree, page);
        Assert.Equal((ulong)nodes, Nodes);
        Assert.Equal((ulong)nodes, tree.CheckInvariants());
    }

    [Fact]
    public void APageFarAwayTakesANodeALevel()
    {
        Put(Tree(), 1UL << 39);
        Assert.Equal(7UL, Nodes);
    }

    [Fact]
    public void AgainstADictionary() =>
        Gen.Select(Gen.Frequency((3, Gen.Int[0, 200]), (2, Gen.Int[0, 20_000]), (1, Gen.Int[0, int.MaxValue])), Gen.Int[0, 9])
            .Array[1, 200].Sample(Compare, threads: 1);

    private void Compare((int Index, int Kind)[] steps)
    {
        ulong before = Nodes;
        PageTree tree = Tree();
        var model = new SortedDictionary<ulong, ulong>();
        foreach ((int index, int kind) in steps)
        {
            ulong at = (ulong)index;
            if (kind < 3 && model.Count != 0)
                at = model.Keys.ElementAt(index % model.Count);
            ulong entry = kind < 3 ? 0 : kind < 5 ? CacheEntry.Value((ulong)kind) : Entry(at);
            if (entry == 0 ? !model.Remove(at) : !tree.TryMake(at, 1, 0))
                continue;
            tree.Set(at, entry);
            if (entry != 0)
                model[at] = entry;
            Assert.Equal(Nodes - before, tree.CheckInvariants());
        }

        Assert.Equal(model, All(tree).ToDictionary(pair => pair.Key, pair => pair.Value));
        foreach (ulong at in model.Keys)
            tree.Set(at, 0);
        Assert.Equal(before, Nodes);
    }

    /// <summary>Shadows of evicted pages take nodes too: the oldest go when there are more than the machine's memory is worth.</summary>
    [Fact]
    public void NodesOfShadowsAreGivenUp()
    {
        using var machine = new Machine(new MachineOptions { RamBytes = 64UL << 20 });
        Process process = machine.CreateProcess(AddressSpaceLayout.X64);
        OpenFile file = machine.Files.Open(machine.Files.Create("/data", 8UL << 30));
        process.Mmap(default, 4096, Protection.Read, MapFlags.Private, file, 0);
        for (ulong page = 0; page < (8UL << 30) >> 12; page += 64)
            process.Read(file, page << 12, 4096);
        Assert.True(machine.Stat[VmEvent.workingset_nodes] > 0);
        Assert.True(machine.Stat[VmEvent.workingset_nodereclaim] > 0);
        Assert.True(machine.Caches.RadixTreeNode.Pages < machine.ManagedPages.Value / 2, $"{machine.Caches.RadixTreeNode.Pages} pages of nodes");
        machine.CheckInvariants();
    }

    private static ulong Entry(ulong page) => CacheEntry.Page((uint)(page & 0xffff) + 1, 0);

    private static IEnumerable<KeyValuePair<ulong, ulong>> All(PageTree tree)
    {
        for (ulong at = tree.Next(0, PageTree.NoPage - 1); at != PageTree.NoPage; at = tree.Next(at + 1, PageTree.NoPage - 1))
            yield return new(at, tree[at]);
    }

    private static void Put(PageTree tree, ulong page)
    {
        Assert.True(tree.TryMake(page, 1, 0));
        tree.Set(page, Entry(page));
    }

    private PageTree Tree() => new(_machine.Files.Nodes, 1, hasShadows: false);
}
