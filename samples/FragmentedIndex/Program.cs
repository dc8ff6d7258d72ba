// Builds an inverted index over generated documents. The tokens of all documents are kept until the build ends, 16 MiB in growing
// buffers; the 40-byte postings of the index are made in between and stay.
//
// What to look for under Faultline: after the build the token buffers, 70% of the heap, have been freed, yet the heap has not shrunk:
// postings lie between them everywhere, the free pieces cannot go back to the kernel and their pages stay resident. Nor are the
// pieces of use to the sort runs of 96 KiB that follow: none is large enough, so the heap grows beyond all of them, and gives only
// that growth back. Forgetting the older half of the documents frees every second posting and hardly a page.

using System.Runtime.InteropServices;
using FragmentedIndex;

Builder.Run();
NativeCalls.WriteIfAsked();

internal static unsafe class Builder
{
    private const int Documents = 2000;
    private const int FirstTokens = 64;
    private const int Runs = 24;
    private const int RunBytes = 96 * 1024;

    public static void Run()
    {
        using InvertedIndex index = new();
        NativeCalls.Made++;
        TokenBuffer* documents = (TokenBuffer*)LibC.Allocate((nuint)(Documents * sizeof(TokenBuffer)));
        for (int document = 0; document < Documents; document++)
            documents[document] = Parse(index, document);
        Console.WriteLine($"{Documents} documents, {index.Postings} postings");

        Console.WriteLine($"common terms {CountTerms(documents):x16}");
        for (int document = 0; document < Documents; document++)
        {
            NativeCalls.Made++;
            LibC.Release(documents[document].Tokens);
        }

        NativeCalls.Made++;
        LibC.Release(documents);
        Console.WriteLine($"sorted {SortRuns():x16}");
        Console.WriteLine($"queries {Query(index):x16}");
        Console.WriteLine($"{index.Forget(Documents / 2)} postings forgotten, {index.Postings} kept");
        Console.WriteLine($"queries {Query(index):x16}");
    }

    /// <summary>Tokens go to a buffer that doubles; the postings of rare terms are made meanwhile and so land behind it.</summary>
    private static TokenBuffer Parse(InvertedIndex index, int document)
    {
        int capacity = FirstTokens;
        NativeCalls.Made++;
        int* tokens = (int*)LibC.Allocate(FirstTokens * sizeof(int));
        int length = 100 + (document * 37 % 2900);
        uint random = (uint)document * 2654435761;
        for (int count = 0; count < length; count++)
        {
            if (count == capacity)
            {
                capacity *= 2;
                NativeCalls.Made++;
                tokens = (int*)LibC.Resize(tokens, (nuint)capacity * sizeof(int));
            }

            random = (random * 1664525) + 1013904223;
            int term = (int)((random >> 20) & (random >> 8) & (InvertedIndex.Terms - 1));
            tokens[count] = term;
            if ((term & 0x300) == 0x300)
                index.Add(term, document, count);
        }

        return new TokenBuffer { Tokens = tokens, Length = length };
    }

    /// <summary>How often each term occurs, folded into a checksum.</summary>
    private static ulong CountTerms(TokenBuffer* documents)
    {
        NativeCalls.Made++;
        long* frequency = (long*)NativeMemory.AllocZeroed(InvertedIndex.Terms, sizeof(long));
        for (int document = 0; document < Documents; document++)
            for (int i = 0; i < documents[document].Length; i++)
                frequency[documents[document].Tokens[i]]++;

        ulong sum = Checksum.Start;
        for (int term = 0; term < InvertedIndex.Terms; term++)
            sum = Checksum.Add(sum, frequency[term]);
        NativeCalls.Made++;
        NativeMemory.Free(frequency);
        return sum;
    }

    /// <summary>Scratch runs just below the mmap threshold, all alive at once, as an external sort has them.</summary>
    private static ulong SortRuns()
    {
        uint** runs = stackalloc uint*[Runs];
        uint random = 2463534242;
        for (int run = 0; run < Runs; run++)
        {
            NativeCalls.Made++;
            runs[run] = (uint*)NativeMemory.Alloc(RunBytes);
            Span<uint> values = new(runs[run], RunBytes / sizeof(uint));
            foreach (ref uint value in values)
                value = random = (random * 1664525) + 1013904223;
            values.Sort();
        }

        ulong sum = Checksum.Start;
        for (int run = 0; run < Runs; run++)
        {
            sum = Checksum.Of(MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(runs[run], RunBytes / sizeof(uint))), sum);
            NativeCalls.Made++;
            NativeMemory.Free(runs[run]);
        }

        return sum;
    }

    private static ulong Query(InvertedIndex index)
    {
        ulong sum = Checksum.Start;
        for (int term = 1; term < InvertedIndex.Terms; term += 3)
            sum = index.Intersect(term, (term * 5) & (InvertedIndex.Terms - 1), sum);
        return sum;
    }

    private struct TokenBuffer
    {
        public int* Tokens;
        public int Length;
    }
}
