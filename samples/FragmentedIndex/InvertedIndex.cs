using System.Runtime.InteropServices;

namespace FragmentedIndex;

/// <summary>Terms to documents. The table is one zeroed block; every posting is a small block of its own.</summary>
internal sealed unsafe class InvertedIndex : IDisposable
{
    public const int Terms = 4096;

    private readonly Posting** _heads;

    public InvertedIndex()
    {
        NativeCalls.Made++;
        _heads = (Posting**)NativeMemory.AllocZeroed(Terms, (nuint)sizeof(Posting*));
    }

    public int Postings { get; private set; }

    public void Add(int term, int document, int place)
    {
        Posting* head = _heads[term];
        if (head == null || head->Document != document)
        {
            NativeCalls.Made++;
            Posting* posting = (Posting*)NativeMemory.Alloc((nuint)sizeof(Posting));
            *posting = new Posting { Next = head, Document = document };
            _heads[term] = head = posting;
            Postings++;
        }

        if (head->Count < 6)
            head->Places[head->Count] = place;
        head->Count++;
    }

    /// <summary>Documents that hold both terms, folded into a checksum.</summary>
    public ulong Intersect(int left, int right, ulong sum)
    {
        Posting* a = _heads[left];
        Posting* b = _heads[right];
        while (a != null && b != null)
        {
            if (a->Document == b->Document)
            {
                sum = Checksum.Add(sum, ((long)a->Document << 16) + a->Count + b->Places[0]);
                a = a->Next;
                b = b->Next;
            }
            else if (a->Document > b->Document)
                a = a->Next;
            else
                b = b->Next;
        }

        return sum;
    }

    /// <summary>Drops all postings of documents before <paramref name="document"/>, wherever in memory they happen to lie.</summary>
    public int Forget(int document)
    {
        int dropped = 0;
        for (int term = 0; term < Terms; term++)
        {
            Posting** link = &_heads[term];
            while (*link != null && (*link)->Document >= document)
                link = &(*link)->Next;
            dropped += FreeFrom(*link);
            *link = null;
        }

        Postings -= dropped;
        return dropped;
    }

    public void Dispose()
    {
        Forget(int.MaxValue);
        NativeCalls.Made++;
        NativeMemory.Free(_heads);
    }

    private static int FreeFrom(Posting* posting)
    {
        int count = 0;
        while (posting != null)
        {
            Posting* next = posting->Next;
            NativeCalls.Made++;
            NativeMemory.Free(posting);
            posting = next;
            count++;
        }

        return count;
    }
}
