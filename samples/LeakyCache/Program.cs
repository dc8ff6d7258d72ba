// Serves a made-up request log from a cache in native memory. Every entry that is found to have expired loses its value's block.
//
// What to look for under Faultline: the line that allocates values in NativeCache.Put leaks as many blocks as the last line of
// output says entries have expired, while the names allocated on the line below it are all freed.

using System.Runtime.InteropServices;
using LeakyCache;

Server.Run();
NativeCalls.WriteIfAsked();

internal static unsafe class Server
{
    private const int Requests = 60_000;
    private const int ScratchBytes = 16 * 1024;

    public static void Run()
    {
        NativeCalls.Made++;
        byte* scratch = (byte*)NativeMemory.Alloc(ScratchBytes);
        using NativeCache cache = new(capacity: 512, timeToLive: 6_000);
        ulong sum = Checksum.Start;
        int hits = 0;
        uint random = 123456789;

        for (int now = 0; now < Requests; now++)
        {
            random = (random * 1664525) + 1013904223;
            int key = PickKey(random >> 8);
            if (cache.TryGet(key, now, out ReadOnlySpan<byte> value))
                hits++;
            else
            {
                Span<byte> made = Make(key, new Span<byte>(scratch, ScratchBytes));
                cache.Put(key, made, now);
                value = made;
            }

            sum = Checksum.Add(sum, value[^1] + value.Length);
        }

        NativeCalls.Made++;
        NativeMemory.Free(scratch);
        Console.WriteLine($"{Requests} requests, {hits} hits, checksum {sum:x16}");
        Console.WriteLine($"{cache.Evicted} evicted for room, {cache.Expired} expired");
    }

    /// <summary>Half of the requests ask for one of 128 popular keys, the others for one of 2,048.</summary>
    private static int PickKey(uint random) => (int)((random & 1) == 0 ? (random >> 1) % 128 : (random >> 1) % 2048);

    /// <summary>Values have 40 to 9,000 bytes, always the same for the same key.</summary>
    private static Span<byte> Make(int key, Span<byte> scratch)
    {
        Span<byte> value = scratch[..(40 + (key * 7919 % 8960))];
        for (int i = 0; i < value.Length; i++)
            value[i] = (byte)(key + (i * 31));
        return value;
    }
}
