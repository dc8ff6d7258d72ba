using System.Runtime.InteropServices;

namespace ImagePipeline;

/// <summary>An 8-bit image in native memory, rows one after another without padding.</summary>
internal sealed unsafe class Bitmap : IDisposable
{
    public Bitmap(int width, int height, int channels)
    {
        Width = width;
        Height = height;
        Channels = channels;
        NativeCalls.Made++;
        Pixels = (byte*)NativeMemory.Alloc((nuint)width * (nuint)height, (nuint)channels);
    }

    public int Width { get; }

    public int Height { get; }

    public int Channels { get; }

    public int Length => Width * Height * Channels;

    public byte* Pixels { get; private set; }

    public byte* Row(int y) => Pixels + ((long)y * Width * Channels);

    public ulong Checksum() => global::Checksum.Of(new ReadOnlySpan<byte>(Pixels, Length));

    public void Dispose()
    {
        if (Pixels == null)
            return;
        NativeCalls.Made++;
        NativeMemory.Free(Pixels);
        Pixels = null;
    }
}
