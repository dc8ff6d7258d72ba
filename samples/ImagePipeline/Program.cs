// Draws an 8 MiB picture and takes it through grey, blur, Sobel, sharpening, a pyramid of halves down to a 3 KiB thumbnail,
// a histogram and a run-length code, everything in native buffers.
//
// What to look for under Faultline: the canvas and the full-size images are mapped while the rows, kernels and thumbnails come
// from the heap; the tile of exactly 128 KiB is mapped only because of its 8-byte chunk header (FLT0006); the run-length buffer
// moves from the heap to a mapping as it doubles.

using System.Runtime.InteropServices;
using ImagePipeline;

Pipeline.Run();
NativeCalls.WriteIfAsked();

internal static unsafe class Pipeline
{
    private const int Width = 2048;
    private const int Height = 1024;
    private const int TileSide = 256;
    private const int ThumbnailSide = 32;

    public static void Run()
    {
        using Bitmap colour = Draw();
        Print("colour", colour);

        using Bitmap grey = Filters.Grey(colour);
        Print("grey", grey);
        using (Bitmap blurred = Filters.BoxBlur(grey, 4))
            Print("blurred", blurred);
        using (Bitmap edges = Filters.Sobel(grey))
        {
            Print("edges", edges);
            RunLengthEncoder encoder = default;
            ulong sum = encoder.Encode(edges);
            Console.WriteLine($"{"encoded",-10} {encoder.Length,9} bytes {sum:x16}");
        }

        Pyramid(colour);
        Histogram(grey);
        Texture(grey);
        Thumbnail(colour);
    }

    /// <summary>The canvas is drawn in one zeroed block and then copied into an image.</summary>
    private static Bitmap Draw()
    {
        NativeCalls.Made++;
        byte* canvas = (byte*)NativeMemory.AllocZeroed(Width * Height, 4);
        for (int y = 0; y < Height; y++)
            for (int x = 0; x < Width; x++)
            {
                byte* pixel = canvas + (((y * Width) + x) * 4);
                int ring = (((x - 700) * (x - 700)) + ((y - 400) * (y - 400))) >> 9;
                pixel[0] = (byte)((x & 0x40) == (y & 0x40) ? 208 : ring);
                pixel[1] = (byte)(ring * 3);
                pixel[2] = (byte)((x ^ y) >> 2);
                pixel[3] = 255;
            }

        Bitmap image = new(Width, Height, 4);
        NativeMemory.Copy(canvas, image.Pixels, Width * Height * 4);
        NativeCalls.Made++;
        NativeMemory.Free(canvas);
        return image;
    }

    private static void Pyramid(Bitmap full)
    {
        Bitmap level = Filters.Halve(full);
        while (level.Width > 64)
        {
            Print("half", level);
            Bitmap next = Filters.Halve(level);
            level.Dispose();
            level = next;
        }

        using (Bitmap grey = Filters.Grey(level))
        using (Bitmap sharp = Filters.Sharpen(grey))
            Print("sharp", sharp);
        level.Dispose();
    }

    /// <summary>256 counters from the C library's calloc.</summary>
    private static void Histogram(Bitmap grey)
    {
        NativeCalls.Made++;
        uint* counts = (uint*)LibC.Calloc(256, sizeof(uint));
        for (int i = 0; i < grey.Length; i++)
            counts[grey.Pixels[i]]++;
        Console.WriteLine($"{"histogram",-10} {Checksum.Of(new ReadOnlySpan<byte>(counts, 1024)):x16}");
        NativeCalls.Made++;
        LibC.Free(counts);
    }

    /// <summary>A 256 × 256 tile of 16-bit heights: 131,072 bytes, which with the chunk header is just above the mmap threshold.</summary>
    private static void Texture(Bitmap grey)
    {
        NativeCalls.Made++;
        ushort* tile = (ushort*)NativeMemory.Alloc(TileSide * TileSide * sizeof(ushort));
        for (int y = 0; y < TileSide; y++)
            for (int x = 0; x < TileSide; x++)
                tile[(y * TileSide) + x] = (ushort)(grey.Row(y)[x] * 257);
        Console.WriteLine($"{"texture",-10} {Checksum.Of(new ReadOnlySpan<byte>(tile, TileSide * TileSide * sizeof(ushort))):x16}");
        NativeCalls.Made++;
        NativeMemory.Free(tile);
    }

    /// <summary>3 KiB, page aligned, as a C image library would want it, and a caption beside it.</summary>
    private static void Thumbnail(Bitmap colour)
    {
        void* block;
        NativeCalls.Made++;
        if (LibC.PosixMemalign(&block, 4096, ThumbnailSide * ThumbnailSide * 3) != 0)
            throw new OutOfMemoryException();
        byte* thumbnail = (byte*)block;
        for (int y = 0; y < ThumbnailSide; y++)
            for (int x = 0; x < ThumbnailSide; x++)
            {
                byte* pixel = colour.Row(y * Height / ThumbnailSide) + (x * Width / ThumbnailSide * 4);
                new ReadOnlySpan<byte>(pixel, 3).CopyTo(new Span<byte>(thumbnail + (((y * ThumbnailSide) + x) * 3), 3));
            }

        NativeCalls.Made++;
        nint caption = Marshal.StringToCoTaskMemUTF8("thumbnail of the drawing, 32 by 32");
        Console.WriteLine($"{Marshal.PtrToStringUTF8(caption)}: {Checksum.Of(new ReadOnlySpan<byte>(thumbnail, ThumbnailSide * ThumbnailSide * 3)):x16}");
        NativeCalls.Made += 2;
        Marshal.FreeCoTaskMem(caption);
        LibC.Free(block);
    }

    private static void Print(string step, Bitmap image)
        => Console.WriteLine($"{step,-10} {image.Width,5} x {image.Height,-4} {image.Checksum():x16}");
}
