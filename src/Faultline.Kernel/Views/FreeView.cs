// free(1) of procps 4.

using System.Globalization;

namespace Faultline.Kernel;

/// <summary>Memory and swap, KiB.</summary>
public static class FreeView
{
    public static string Text(Machine machine)
    {
        MemoryFigures memory = MemoryFigures.Of(machine);
        return "               total        used        free      shared  buff/cache   available\n"
            + Row("Mem:", memory.Total, memory.Used, memory.Free, memory.Shared, memory.Buffers + memory.Cache, memory.Available)
            + Row("Swap:", memory.SwapTotal, memory.SwapUsed, memory.SwapFree);
    }

    private static string Row(string name, params ulong[] values)
    {
        string row = name.PadRight(8);
        foreach (ulong value in values)
            row += value.ToString(CultureInfo.InvariantCulture).PadLeft(12);
        return row + "\n";
    }
}
