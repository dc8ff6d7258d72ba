// Does hardly anything but allocate, for measuring what watching it costs: keeps 256 blocks of up to 2000 bytes, of which a random one is replaced
// each time, called through DEPTH methods. Prints the nanoseconds of its thread's processor time that one replacement took, so that neither the
// start of the runtime nor a busy machine is in it; the first tenth is not counted.
//
//   AllocationStorm REPLACEMENTS DEPTH

using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

internal static unsafe class Program
{
    private const int Blocks = 256;
    private const int ThreadProcessorTime = 3;

    private static readonly void*[] s_blocks = new void*[Blocks];
    private static uint s_random = 1;

    private static void Main(string[] arguments)
    {
        int replacements = int.Parse(arguments[0], CultureInfo.InvariantCulture), depth = int.Parse(arguments[1], CultureInfo.InvariantCulture);
        Descend(replacements / 10, depth);
        long before = ThreadNanoseconds();
        Descend(replacements, depth);
        double nanoseconds = (double)(ThreadNanoseconds() - before) / replacements;
        for (int i = 0; i < Blocks; i++)
            NativeMemory.Free(s_blocks[i]);
        Console.WriteLine(nanoseconds.ToString("F1", CultureInfo.InvariantCulture));
    }

    private static long ThreadNanoseconds()
    {
        long* time = stackalloc long[2];
        return clock_gettime(ThreadProcessorTime, time) == 0 ? time[0] * 1_000_000_000 + time[1] : throw new InvalidOperationException("clock_gettime failed");
    }

    [DllImport("libc")]
    private static extern int clock_gettime(int clock, long* time);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Descend(int replacements, int depth) => depth > 0 ? Descend(replacements, depth - 1) + 1 : Replace(replacements);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Replace(int replacements)
    {
        for (int i = 0; i < replacements; i++)
        {
            s_random = s_random * 1664525 + 1013904223;
            int slot = (int)(s_random >> 24);
            NativeMemory.Free(s_blocks[slot]);
            s_blocks[slot] = NativeMemory.Alloc(1 + (s_random >> 8) % 2000);
        }

        return 0;
    }
}
