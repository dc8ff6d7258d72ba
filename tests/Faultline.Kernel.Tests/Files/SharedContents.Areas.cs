namespace Faultline.Kernel.Tests;

/// <summary>Steps that change what processes have mapped, or how long a file is.</summary>
internal sealed partial class SharedContents
{
    private void Truncate(OpenFile open, int[] story, int pages)
    {
        _machine.Files.Truncate(open.Inode, (ulong)pages << 12);
        foreach (Person person in _people)
            foreach (Cell cell in person.Cells.Values)
                if (cell.Story == story && cell.Index >= pages)
                    cell.Own = null;
        for (int i = pages; i < story.Length; i++)
            (story[i], _disk[(open.Inode.Number, (ulong)i)]) = (0, 0);
    }

    private static void Protect(Person person, SharedStep step, VirtualAddress start, ulong bytes)
    {
        bool writable = step.Bits % 2 == 0;
        SystemCallResult result = person.Process.Mprotect(start, bytes, writable ? Protection.ReadWrite : Protection.Read);
        for (int page = step.Page; page < step.Page + (int)(bytes >> 12); page++)
        {
            if (!person.Cells.TryGetValue(page, out Cell? cell))
            {
                Assert.True(result.Failed);
                return;
            }

            cell.Writable = writable;
        }
    }

    private static void Move(Person person, int page, int pages)
    {
        SystemCallResult result = person.Process.Mremap(At(page), (ulong)pages << 12, (ulong)(pages + 1) << 12, mayMove: true);
        if (result.Failed)
            return;
        int to = (int)((result.Address.Value - Window) >> 12);
        Cell[] moved = [.. Enumerable.Range(page, pages).Select(at => person.Cells[at])];
        for (int i = 0; i < pages; i++)
            person.Cells.Remove(page + i);
        for (int i = 0; i < pages; i++)
            person.Cells[to + i] = moved[i];
        Cell last = moved[^1];
        person.Cells[to + pages] = new Cell { Story = last.Story, Index = last.Index + 1, Shared = last.Shared, Writable = last.Writable };
    }
}
