using System.Globalization;
using System.Text;

namespace Faultline.Libc;

// malloc_stats(3) of glibc 2.36, byte for byte. Its sums are C unsigned ints: they wrap at 4 GiB, and so do these.
public sealed unsafe partial class Malloc<TProcess>
{
    /// <summary>What malloc_stats prints to standard error; lines end with '\n'.</summary>
    public string GetMallocStatsText()
    {
        StringBuilder text = new();
        uint system = (uint)_mappedBytes, inUse = system;
        ulong arena = _mainArena;
        int number = 0;
        do
        {
            Lock(arena);
            ulong free = SizeOf(Top(arena)) + CountFastbins(arena).Bytes + CountBins(arena).Bytes;
            ulong held = SystemMemory(arena);
            Unlock(arena);
            text.Append(CultureInfo.InvariantCulture, $"Arena {number++}:\n");
            AppendBytes(text, (uint)held, (uint)(held - free));
            system += (uint)held;
            inUse += (uint)(held - free);
            arena = NextArena(arena);
        }
        while (arena != _mainArena);

        text.Append("Total (incl. mmap):\n");
        AppendBytes(text, system, inUse);
        text.Append(CultureInfo.InvariantCulture, $"max mmap regions = {(uint)_peakMappedChunks,10}\n");
        return text.Append(CultureInfo.InvariantCulture, $"max mmap bytes   = {_peakMappedBytes,10}\n").ToString();
    }

    private static void AppendBytes(StringBuilder text, uint system, uint inUse) =>
        text.Append(CultureInfo.InvariantCulture, $"system bytes     = {system,10}\nin use bytes     = {inUse,10}\n");
}
