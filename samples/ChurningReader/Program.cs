// Reads three kinds of records and takes a fresh buffer for every one of them, as readers often do.
//
// What to look for under Faultline: a quarter-MiB buffer is mapped once only, since freeing it raises glibc's threshold to its
// size; buffers that grow from record to record are mapped again and again, because each is above the threshold that the one
// before has left; a 40 MiB window is above the highest threshold (32 MiB) and is mapped, faulted and unmapped on every pass.

using System.Runtime.InteropServices;
using ChurningReader;

Reader.Run();
NativeCalls.WriteIfAsked();

internal static unsafe class Reader
{
    private const int KiB = 1024;
    private const int MiB = 1024 * KiB;
    private const int RecordBuffer = 256 * KiB;
    private const int WindowBytes = 40 * MiB;
    private const int GrowingRecords = 48;

    public static void Run()
    {
        Console.WriteLine($"log      {ReadLog(160):x16}");
        Console.WriteLine($"growing  {ReadGrowing():x16}");
        Console.WriteLine($"archive  {ReadArchive(12):x16}");
        Console.WriteLine($"headers  {ReadHeaders(4000):x16}");
    }

    /// <summary>One buffer a record, always of the same size; a record fills only a part of it.</summary>
    private static ulong ReadLog(int records)
    {
        RecordStream stream = new(2463534242);
        ulong sum = Checksum.Start;
        for (int i = 0; i < records; i++)
        {
            NativeCalls.Made++;
            byte* buffer = (byte*)NativeMemory.Alloc(RecordBuffer);
            Span<byte> body = new(buffer, 8 * KiB + (int)(stream.Next() % (64 * KiB)));
            stream.Read(body);
            sum = Checksum.Of(body, sum);
            NativeCalls.Made++;
            NativeMemory.Free(buffer);
        }

        return sum;
    }

    /// <summary>Each record is 64 KiB larger than the one before; only its head and its tail are read.</summary>
    private static ulong ReadGrowing()
    {
        RecordStream stream = new(88172645);
        ulong sum = Checksum.Start;
        for (int i = 0; i < GrowingRecords; i++)
        {
            int length = 512 * KiB + i * 64 * KiB;
            NativeCalls.Made++;
            nint block = Marshal.AllocHGlobal(length);
            Span<byte> body = new((void*)block, length);
            stream.Read(body[..(4 * KiB)]);
            stream.Read(body[^(2 * KiB)..]);
            sum = Checksum.Of(body[..(4 * KiB)], sum);
            sum = Checksum.Of(body[^(2 * KiB)..], sum);
            NativeCalls.Made++;
            Marshal.FreeHGlobal(block);
        }

        return sum;
    }

    /// <summary>A sliding window of 40 MiB for every volume; the entries of a volume lie 1 MiB apart.</summary>
    private static ulong ReadArchive(int volumes)
    {
        RecordStream stream = new(521288629);
        ulong sum = Checksum.Start;
        for (int volume = 0; volume < volumes; volume++)
        {
            NativeCalls.Made++;
            byte* window = (byte*)NativeMemory.AllocZeroed(WindowBytes);
            for (int entry = 0; entry < WindowBytes; entry += MiB)
            {
                Span<byte> body = new(window + entry, 512);
                stream.Read(body);
                sum = Checksum.Of(body, sum);
            }

            NativeCalls.Made++;
            NativeMemory.Free(window);
        }

        return sum;
    }

    /// <summary>Small records, for comparison: the same blocks of the heap serve all of them.</summary>
    private static ulong ReadHeaders(int records)
    {
        RecordStream stream = new(362436069);
        ulong sum = Checksum.Start;
        for (int i = 0; i < records; i++)
        {
            NativeCalls.Made += 2;
            byte* header = (byte*)NativeMemory.Alloc(64);
            byte* name = (byte*)NativeMemory.Alloc(16 + stream.Next() % 200);
            stream.Read(new Span<byte>(header, 64));
            stream.Read(new Span<byte>(name, 16));
            sum = Checksum.Of(new ReadOnlySpan<byte>(name, 16), Checksum.Of(new ReadOnlySpan<byte>(header, 64), sum));
            NativeCalls.Made += 2;
            NativeMemory.Free(name);
            NativeMemory.Free(header);
        }

        return sum;
    }
}
