using System.Runtime.InteropServices;

namespace ImagePipeline;

/// <summary>Writes (run length, value) pairs into a native buffer that grows by Realloc, doubling from one page.</summary>
internal unsafe struct RunLengthEncoder
{
    private const int FirstCapacity = 4096;

    private byte* _buffer;
    private int _capacity;

    public int Length { get; private set; }

    public ulong Encode(Bitmap image)
    {
        NativeCalls.Made++;
        _buffer = (byte*)NativeMemory.Alloc(FirstCapacity);
        _capacity = FirstCapacity;

        for (int start = 0; start < image.Length;)
        {
            byte value = image.Pixels[start];
            int end = start + 1;
            while (end < image.Length && end - start < 255 && image.Pixels[end] == value)
                end++;
            Append((byte)(end - start), value);
            start = end;
        }

        ulong sum = Checksum.Of(new ReadOnlySpan<byte>(_buffer, Length));
        NativeCalls.Made++;
        NativeMemory.Free(_buffer);
        _buffer = null;
        return sum;
    }

    private void Append(byte run, byte value)
    {
        if (Length + 2 > _capacity)
        {
            _capacity *= 2;
            NativeCalls.Made++;
            _buffer = (byte*)NativeMemory.Realloc(_buffer, (nuint)_capacity);
        }

        _buffer[Length++] = run;
        _buffer[Length++] = value;
    }
}
