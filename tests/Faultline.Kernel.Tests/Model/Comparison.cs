namespace Faultline.Kernel.Tests;

/// <summary>One step done to a process and to its reference, with the answers compared.</summary>
internal sealed class Comparison(Process real, ReferenceProcess model)
{
    private static readonly ulong s_first = SystemUnderTest.Layout.MmapMin.Value >> 12;
    private static readonly ulong s_end = SystemUnderTest.Layout.MmapBase.Value >> 12;

    public void Do(Operation operation)
    {
        ulong page = PageOf(operation);
        ulong pages = Math.Min((ulong)operation.Pages, s_end - page);
        VirtualAddress start = new(page << 12);
        switch (operation.Kind)
        {
            case OperationKind.Access:
                Assert.Equal(model.Access(start.Value + 77, operation.Access), real.Access(start + 77, operation.Access));
                break;
            case OperationKind.AccessRange:
                model.AccessRange(start.Value + 5, pages << 12, operation.Access);
                real.AccessRange(start + 5, pages << 12, operation.Access);
                break;
            case OperationKind.Mmap or OperationKind.MmapHint or OperationKind.MmapFixed:
                Map(operation, page, pages);
                break;
            case OperationKind.Munmap:
                Assert.False(real.Munmap(start, pages << 12).Failed);
                model.Unmap(page, pages);
                break;
            case OperationKind.Brk:
                Brk(operation, pages);
                break;
            case OperationKind.Mremap:
                Remap(operation, page, pages);
                break;
            case OperationKind.Mprotect:
                Protect(operation, page, pages);
                break;
            case OperationKind.DontNeed or OperationKind.Advise or OperationKind.Populate:
                Advise(operation, page, pages);
                break;
            default:
                Mincore(page, pages);
                break;
        }
    }

    /// <summary>Anywhere, or near the start of something mapped.</summary>
    private ulong PageOf(Operation operation)
    {
        if (operation.Place % 4 == 0 || model.Pages.Count == 0)
            return s_first + (ulong)operation.Place % (s_end - s_first);
        ulong page = model.Pages.Keys.OrderBy(key => key).ElementAt(operation.Place / 4 % model.Pages.Count);
        while (operation.Flag && model.Pages.ContainsKey(page - 1))
            page--;
        return page;
    }

    private void Map(Operation operation, ulong page, ulong pages)
    {
        bool isFixed = operation.Kind == OperationKind.MmapFixed;
        bool hinted = operation.Kind == OperationKind.MmapHint;
        ulong? expected = isFixed || (hinted && model.IsFree(page, pages)) ? page
            : hinted ? model.HighestGap(pages) : model.PlaceFor(pages);
        MapFlags flags = MapFlags.Private | (isFixed ? MapFlags.Fixed : MapFlags.None);
        VirtualAddress hint = isFixed || hinted ? new(page << 12) : default;
        SystemCallResult result = real.Mmap(hint, (pages << 12) - 9, operation.Protection, flags);
        Assert.Equal(expected == null ? SystemCallResult.Failure(Errno.ENOMEM) : SystemCallResult.Success(new(expected.Value << 12)), result);
        if (expected != null)
            model.Map(expected.Value, pages, operation.Protection);
    }

    private void Brk(Operation operation, ulong pages)
    {
        ulong target = operation.Flag ? model.Break + (pages << 12) - 3 : model.Break - Math.Min(model.Break - (s_first << 12), (pages << 12) + 5);
        ulong oldEnd = (model.Break + 4095) >> 12, newEnd = (target + 4095) >> 12;
        bool granted = newEnd <= oldEnd || (newEnd <= s_end && model.IsFree(oldEnd, newEnd + 1 - oldEnd));
        Assert.Equal(granted ? target : model.Break, real.Brk(new(target)).Value);
        if (granted)
            model.MoveBreak(target);
    }

    private void Remap(Operation operation, ulong page, ulong pages)
    {
        ulong newPages = (ulong)(operation.Bits >> 8) % 1100 + 1;
        bool mayMove = (operation.Bits & 32) != 0;
        ulong? gap = model.PlaceFor(newPages);
        SystemCallResult result = real.Mremap(new(page << 12), pages << 12, newPages << 12, mayMove);
        if (result.Error == Errno.EFAULT)
        {
            Assert.True(!model.Pages.ContainsKey(page) || (newPages > pages && !CouldBeOneArea(page, pages)));
            return;
        }

        Assert.True(model.Pages.ContainsKey(page));
        if (newPages <= pages)
        {
            Assert.Equal(page << 12, result.Address.Value);
            model.Unmap(page + newPages, pages - newPages);
            return;
        }

        bool roomAbove = page + newPages <= s_end && model.IsFree(page + pages, newPages - pages);
        ulong? expected = roomAbove ? page : mayMove ? gap : null;
        Assert.Equal(expected == null ? SystemCallResult.Failure(Errno.ENOMEM) : SystemCallResult.Success(new(expected.Value << 12)), result);
        if (expected != null)
            model.Move(page, expected.Value, pages, newPages);
    }

    /// <summary>Pages that were all mapped alike and never written lie in one area unless they were moved together from different places; this only rules out what cannot be.</summary>
    private bool CouldBeOneArea(ulong page, ulong pages)
    {
        for (ulong at = page; at < page + pages; at++)
            if (!model.Pages.TryGetValue(at, out ReferenceProcess.Page? found) || found.Protection != model.Pages[page].Protection)
                return false;
        return real.MapCount == 1;
    }

    private void Protect(Operation operation, ulong page, ulong pages)
    {
        ulong mapped = 0;
        while (mapped < pages && model.Pages.TryGetValue(page + mapped, out ReferenceProcess.Page? found))
        {
            found.Protection = operation.Protection;
            mapped++;
        }

        SystemCallResult result = real.Mprotect(new(page << 12), pages << 12, operation.Protection);
        Assert.Equal(mapped == pages ? Errno.None : Errno.ENOMEM, result.Error);
    }

    private void Advise(Operation operation, ulong page, ulong pages)
    {
        Advice advice = operation.Kind == OperationKind.DontNeed ? Advice.DontNeed
            : operation.Kind == OperationKind.Advise ? (operation.Flag ? Advice.HugePage : Advice.NoHugePage)
            : operation.Access == AccessKind.Write ? Advice.PopulateWrite : Advice.PopulateRead;
        Errno expected = Enumerable.Range(0, (int)pages).All(i => model.Pages.ContainsKey(page + (ulong)i)) ? Errno.None : Errno.ENOMEM;
        if (advice == Advice.DontNeed)
            model.Drop(page, pages);
        if (operation.Kind == OperationKind.Populate)
            expected = PopulateModel(page, pages, operation.Access);
        Assert.Equal(expected, real.Madvise(new(page << 12), pages << 12, advice).Error);
    }

    private Errno PopulateModel(ulong page, ulong pages, AccessKind kind)
    {
        for (ulong at = page; at < page + pages; at++)
        {
            if (!model.Pages.TryGetValue(at, out ReferenceProcess.Page? found))
                return Errno.ENOMEM;
            if (found.Protection == Protection.None || (kind == AccessKind.Write && !found.Protection.HasFlag(Protection.Write)))
                return Errno.EINVAL;
            model.Access(at << 12, kind);
        }

        return Errno.None;
    }

    private void Mincore(ulong page, ulong pages)
    {
        var vector = new byte[pages];
        bool mapped = Enumerable.Range(0, (int)pages).All(i => model.Pages.ContainsKey(page + (ulong)i));
        Assert.Equal(mapped ? Errno.None : Errno.ENOMEM, real.Mincore(new(page << 12), pages << 12, vector).Error);
        for (ulong i = 0; mapped && i < pages; i++)
            Assert.Equal(model.StateOf(page + i) == PageState.Absent ? 0 : 1, vector[i]);
    }
}
