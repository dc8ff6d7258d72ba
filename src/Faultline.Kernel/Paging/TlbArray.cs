// One set-associative buffer. The least recently used entry of a set makes room.
//
//   tag   page number (4 KiB or 2 MiB) │ huge (bit 3) │ address space + 1 (bits 2…0)      0 = empty

namespace Faultline.Kernel;

/// <summary>Entries by tag; one knows whether the page may be written.</summary>
internal sealed class TlbArray(int entries, int ways)
{
    private const ulong SpaceMask = 7;
    private const ulong HugeBit = 8;
    private const int TagShift = 4;

    private readonly ulong[] _tags = new ulong[entries];
    private readonly ulong[] _used = new ulong[entries];
    private readonly bool[] _writable = new bool[entries];
    private readonly ulong _sets = (ulong)(entries / ways);
    private ulong _now;

    public static ulong Tag(ulong address, bool huge, int space) =>
        ((huge ? address >> PageTables.PmdShift : address >> PageSize.Shift) << TagShift) | (huge ? HugeBit : 0) | ((ulong)space + 1);

    /// <summary>True if it is there, with the right to write where that is asked for.</summary>
    public bool Hits(ulong tag, bool write)
    {
        int index = Find(tag);
        if (index < 0 || (write && !_writable[index]))
            return false;
        _used[index] = ++_now;
        return true;
    }

    public void Fill(ulong tag, bool writable)
    {
        int index = Find(tag);
        if (index < 0)
        {
            index = First(tag);
            for (int i = index + 1; i < First(tag) + ways; i++)
                if (_used[i] < _used[index])
                    index = i;
        }

        (_tags[index], _writable[index], _used[index]) = (tag, writable, ++_now);
    }

    public bool IsWritable(ulong tag) => Find(tag) is var index and >= 0 && _writable[index];

    public void Drop(ulong tag)
    {
        if (Find(tag) is var index and >= 0)
            (_tags[index], _used[index]) = (0, 0);
    }

    public void DropSpace(int space)
    {
        for (int i = 0; i < _tags.Length; i++)
            if ((_tags[i] & SpaceMask) == (ulong)space + 1)
                (_tags[i], _used[i]) = (0, 0);
    }

    /// <summary>What is held for an address space: for checks.</summary>
    public IEnumerable<(ulong Address, bool Huge, bool Writable)> Of(int space)
    {
        for (int i = 0; i < _tags.Length; i++)
            if ((_tags[i] & SpaceMask) == (ulong)space + 1)
                yield return (_tags[i] >> TagShift << ((_tags[i] & HugeBit) != 0 ? PageTables.PmdShift : PageSize.Shift), (_tags[i] & HugeBit) != 0, _writable[i]);
    }

    private int First(ulong tag) => (int)((tag >> TagShift) & (_sets - 1)) * ways;

    private int Find(ulong tag)
    {
        int first = First(tag);
        for (int i = first; i < first + ways; i++)
            if (_tags[i] == tag)
                return i;
        return -1;
    }
}
