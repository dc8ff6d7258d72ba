using System.Runtime.InteropServices;

namespace ImagePipeline;

/// <summary>Integer filters over grey images; each answers a new image and takes its scratch memory from the native heap.</summary>
internal static unsafe class Filters
{
    private const int KernelSide = 5;

    public static Bitmap Grey(Bitmap colour)
    {
        Bitmap grey = new(colour.Width, colour.Height, 1);
        byte* from = colour.Pixels;
        for (int i = 0; i < grey.Length; i++, from += colour.Channels)
            grey.Pixels[i] = (byte)(((77 * from[0]) + (150 * from[1]) + (29 * from[2])) >> 8);
        return grey;
    }

    /// <summary>Box blur by running column sums, which are one native row of 32-bit counters that must start at zero.</summary>
    public static Bitmap BoxBlur(Bitmap source, int radius)
    {
        Bitmap blurred = new(source.Width, source.Height, 1);
        int side = (2 * radius) + 1;
        NativeCalls.Made++;
        uint* columns = (uint*)NativeMemory.AllocZeroed((nuint)source.Width, sizeof(uint));

        for (int y = -radius; y < radius; y++)
            AddRow(columns, source, y, 1);
        for (int y = 0; y < source.Height; y++)
        {
            AddRow(columns, source, y + radius, 1);
            BlurRow(columns, source.Width, radius, (uint)(side * side), blurred.Row(y));
            AddRow(columns, source, y - radius, -1);
        }

        NativeCalls.Made++;
        NativeMemory.Free(columns);
        return blurred;
    }

    /// <summary>Edge strength |gx| + |gy|, in two rows of 16-bit gradients that start on cache lines.</summary>
    public static Bitmap Sobel(Bitmap source)
    {
        Bitmap edges = new(source.Width, source.Height, 1);
        nuint rowBytes = (nuint)source.Width * sizeof(short);
        NativeCalls.Made += 2;
        short* horizontal = (short*)NativeMemory.AlignedAlloc(rowBytes, 64);
        short* vertical = (short*)NativeMemory.AlignedAlloc(rowBytes, 64);

        for (int y = 0; y < source.Height; y++)
        {
            byte* above = source.Row(Math.Max(y - 1, 0));
            byte* here = source.Row(y);
            byte* below = source.Row(Math.Min(y + 1, source.Height - 1));
            for (int x = 0; x < source.Width; x++)
            {
                int left = Math.Max(x - 1, 0);
                int right = Math.Min(x + 1, source.Width - 1);
                horizontal[x] = (short)(above[right] + (2 * here[right]) + below[right] - above[left] - (2 * here[left]) - below[left]);
                vertical[x] = (short)(below[left] + (2 * below[x]) + below[right] - above[left] - (2 * above[x]) - above[right]);
            }

            byte* row = edges.Row(y);
            for (int x = 0; x < source.Width; x++)
                row[x] = (byte)Math.Min(255, Math.Abs(horizontal[x]) + Math.Abs(vertical[x]));
        }

        NativeCalls.Made += 2;
        NativeMemory.AlignedFree(vertical);
        NativeMemory.AlignedFree(horizontal);
        return edges;
    }

    /// <summary>Convolution with a 5 × 5 kernel whose weights live in a block from Marshal.AllocHGlobal.</summary>
    public static Bitmap Sharpen(Bitmap source)
    {
        NativeCalls.Made++;
        nint block = Marshal.AllocHGlobal(KernelSide * KernelSide * sizeof(int));
        int* weights = (int*)block;
        for (int i = 0; i < KernelSide * KernelSide; i++)
            weights[i] = -1;
        weights[KernelSide * KernelSide / 2] = 40;

        Bitmap sharp = new(source.Width, source.Height, 1);
        for (int y = 0; y < source.Height; y++)
            for (int x = 0; x < source.Width; x++)
                sharp.Row(y)[x] = (byte)Math.Clamp(Weigh(source, weights, x, y) / 16, 0, 255);

        NativeCalls.Made++;
        Marshal.FreeHGlobal(block);
        return sharp;
    }

    /// <summary>Half the width and height, each pixel the mean of four.</summary>
    public static Bitmap Halve(Bitmap source)
    {
        Bitmap half = new(source.Width / 2, source.Height / 2, source.Channels);
        int channels = source.Channels;
        for (int y = 0; y < half.Height; y++)
        {
            byte* upper = source.Row(2 * y);
            byte* lower = source.Row((2 * y) + 1);
            byte* row = half.Row(y);
            for (int x = 0; x < half.Width; x++)
                for (int c = 0; c < channels; c++)
                {
                    int at = (2 * x * channels) + c;
                    row[(x * channels) + c] = (byte)((upper[at] + upper[at + channels] + lower[at] + lower[at + channels] + 2) / 4);
                }
        }

        return half;
    }

    private static void AddRow(uint* columns, Bitmap source, int y, int sign)
    {
        byte* row = source.Row(Math.Clamp(y, 0, source.Height - 1));
        for (int x = 0; x < source.Width; x++)
            columns[x] = (uint)(columns[x] + (sign * row[x]));
    }

    private static void BlurRow(uint* columns, int width, int radius, uint area, byte* row)
    {
        uint sum = 0;
        for (int x = -radius; x < radius; x++)
            sum += columns[Math.Clamp(x, 0, width - 1)];
        for (int x = 0; x < width; x++)
        {
            sum += columns[Math.Min(x + radius, width - 1)];
            row[x] = (byte)(sum / area);
            sum -= columns[Math.Max(x - radius, 0)];
        }
    }

    private static int Weigh(Bitmap source, int* weights, int x, int y)
    {
        int sum = 0;
        for (int dy = -2; dy <= 2; dy++)
        {
            byte* row = source.Row(Math.Clamp(y + dy, 0, source.Height - 1));
            for (int dx = -2; dx <= 2; dx++)
                sum += row[Math.Clamp(x + dx, 0, source.Width - 1)] * *weights++;
        }

        return sum;
    }
}
