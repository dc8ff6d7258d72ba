// Twelve worker threads that take turns, as a pool does whose work comes one piece at a time. In its turn a worker makes a batch of buffers,
// larger ones from turn to turn, and of results of some hundred bytes. Most results are read and freed by the main thread, the rest by
// the worker; one of 32 is kept to the end, and so is the result beside each buffer.
//
// Never is more than one batch alive, yet each arena of malloc keeps what was freed into it: it is of no use to a worker of another arena, and kept
// results hold the pages. With one arena, and buffers that are mappings of their own, a tenth of the memory does.

using System.Runtime.InteropServices;

Console.WriteLine($"turns {Workers.Run(args.Length > 0 ? int.Parse(args[0]) : 24):x16}");

internal static unsafe class Workers
{
    private const int Threads = 12;
    private const int Results = 16_000;
    private const int Buffers = 64;
    private const int FirstBuffer = 66 << 10;
    private const int BufferGrowth = 6 << 10;
    private const int KeepOneOf = 32;

    private static readonly SemaphoreSlim[] s_turns = [.. Enumerable.Range(0, Threads).Select(_ => new SemaphoreSlim(0))];
    private static readonly SemaphoreSlim s_done = new(0);
    private static readonly nint* s_handedOver = (nint*)NativeMemory.Alloc(Results, (nuint)sizeof(nint));
    private static int s_count;
    private static int s_turnCount;

    public static ulong Run(int turns)
    {
        s_turnCount = turns;
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(number => new Thread(() => Work(number)))];
        foreach (Thread thread in threads)
            thread.Start();
        ulong sum = 0;
        for (int turn = 0; turn < turns; turn++)
        {
            s_turns[turn % Threads].Release();
            s_done.Wait();
            for (int i = 0; i < s_count; i++)
            {
                sum = (sum ^ *(ulong*)s_handedOver[i]) * 1099511628211;
                NativeMemory.Free((void*)s_handedOver[i]);
            }
        }

        foreach (Thread thread in threads)
            thread.Join();
        NativeMemory.Free(s_handedOver);
        return sum;
    }

    private static void Work(int number)
    {
        void** buffers = stackalloc void*[Buffers];
        void** own = stackalloc void*[Results];
        for (int turn = number; turn < s_turnCount; turn += Threads)
        {
            s_turns[number].Wait();
            Batch(turn, buffers, own);
            s_done.Release();
        }
    }

    private static void Batch(int turn, void** buffers, void** own)
    {
        s_count = 0;
        int ownCount = 0, bufferCount = 0;
        nuint bufferBytes = (nuint)(FirstBuffer + turn * BufferGrowth);
        for (int i = 0; i < Results; i++)
        {
            bool beside = i % (Results / Buffers) == 0;
            if (beside)
                buffers[bufferCount++] = Written(bufferBytes, turn);
            // Sizes from 200 to 1960 bytes in an order that is scattered and always the same.
            void* result = Written(200 + (nuint)(i * 7919 % 1761), i);
            if (beside || i % KeepOneOf == 0)
                continue;
            if (i % 2 == 0)
                own[ownCount++] = result;
            else
                s_handedOver[s_count++] = (nint)result;
        }

        for (int i = 0; i < bufferCount; i++)
            NativeMemory.Free(buffers[i]);
        for (int i = 0; i < ownCount; i++)
            NativeMemory.Free(own[i]);
    }

    private static void* Written(nuint size, int value)
    {
        void* block = NativeMemory.Alloc(size);
        NativeMemory.Fill(block, size, (byte)value);
        *(long*)block = value;
        return block;
    }
}
