// Compresses generated text with ZstdSharp.Port at several levels and unpacks it again. The library is zstd in C#: its contexts,
// tables and windows come from native memory, allocated in an assembly that this program's author has not written.
//
// What to look for under Faultline: most of the memory is asked for inside ZstdSharp.dll, megabytes at the high levels, and the
// report names the library's methods. The counter that SAMPLE_COUNTS asks for knows only this program's own four calls a level
// and two around them; calls made by the library are not in it.

using System.Runtime.InteropServices;
using ZstdSharp;

RoundTrip.Run();
NativeCalls.WriteIfAsked();

internal static unsafe class RoundTrip
{
    private const int TextBytes = 1024 * 1024;
    private static readonly int[] Levels = [1, 3, 9, 15];

    private static readonly string[] Words =
        ["page", "fault", "heap", "zone", "frame", "chunk", "arena", "order", "table", "swap", "reclaim", "buddy", "slab", "mapping", "break", "top"];

    public static void Run()
    {
        NativeCalls.Made++;
        nint text = Marshal.AllocHGlobal(TextBytes);
        Span<byte> original = new((void*)text, TextBytes);
        Write(original);
        ulong expected = Checksum.Of(original);
        Console.WriteLine($"text      {TextBytes,9} bytes {expected:x16}");

        foreach (int level in Levels)
            Try(original, level, expected);

        NativeCalls.Made++;
        Marshal.FreeHGlobal(text);
    }

    private static void Try(ReadOnlySpan<byte> original, int level, ulong expected)
    {
        int bound = Compressor.GetCompressBound(original.Length);
        NativeCalls.Made += 2;
        byte* packed = (byte*)NativeMemory.Alloc((nuint)bound);
        byte* unpacked = (byte*)NativeMemory.Alloc((nuint)original.Length);

        using Compressor compressor = new(level);
        int length = compressor.Wrap(original, new Span<byte>(packed, bound));
        using Decompressor decompressor = new();
        int back = decompressor.Unwrap(new ReadOnlySpan<byte>(packed, length), new Span<byte>(unpacked, original.Length));
        ulong sum = Checksum.Of(new ReadOnlySpan<byte>(unpacked, back));

        NativeCalls.Made += 2;
        NativeMemory.Free(unpacked);
        NativeMemory.Free(packed);
        Console.WriteLine($"level {level,2}  {length,9} bytes {sum:x16} {(sum == expected ? "same" : "DIFFERENT")}");
    }

    /// <summary>Sentences of the words above and numbers: text that compresses as log files do.</summary>
    private static void Write(Span<byte> text)
    {
        uint random = 2026;
        for (int at = 0; at < text.Length;)
        {
            random = (random * 1664525) + 1013904223;
            string word = (random >> 28) == 0 ? (random >> 12).ToString() : Words[random >> 20 & 15];
            for (int i = 0; i < word.Length && at < text.Length; i++)
                text[at++] = (byte)word[i];
            if (at < text.Length)
                text[at++] = (byte)((random >> 24 & 15) == 0 ? '\n' : ' ');
        }
    }
}
