using System.Diagnostics;
using System.Globalization;
using Faultline.Kernel;

namespace Faultline.Benchmarks;

/// <summary>
/// dotnet run --project tests/Faultline.Benchmarks -c Release -- pressure [GiB …]
/// What a simulated fault costs when memory is full, on machines of several sizes in one run: a process that has filled memory writes on, so
/// that each page it gains is one that reclaim must write to swap. Filling memory, with the first look at every page, comes before.
/// </summary>
internal static class PressureSpeed
{
    private const ulong GiB = 1UL << 30;
    private const ulong Measured = 1 << 20;

    public static void Run(string[] sizes)
    {
        ulong[] gibibytes = sizes.Length == 0 ? [1, 16, 256] : [.. sizes.Select(size => ulong.Parse(size, CultureInfo.InvariantCulture))];
        double first = 0;
        foreach (ulong size in gibibytes)
        {
            (double fill, double pressure, double memory) = Measure(size);
            first = first == 0 ? pressure : first;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{size,4} GiB: {fill,6:F1} ns a fault while memory fills, {pressure,7:F1} ns under pressure ({1e9 / pressure,9:N0} a second, {pressure / first:F2} of the first), {memory,5:F1} MiB of the model a simulated GiB"));
        }
    }

    private static (double Fill, double Pressure, double Memory) Measure(ulong gibibytes)
    {
        long before = Resident();
        using var machine = new Machine(new MachineOptions { RamBytes = gibibytes * GiB, SwapBytes = 16 * GiB, Thp = ThpPolicy.Never, Overcommit = OvercommitPolicy.Always });
        Kernel.Process process = machine.CreateProcess(AddressSpaceLayout.X64);
        ulong warm = machine.ManagedPages.Bytes.Value + (GiB / 2);
        VirtualAddress start = process.Mmap(default, warm + (4 * Measured << 12), Protection.ReadWrite, MapFlags.Private).Address;
        long started = Stopwatch.GetTimestamp();
        process.AccessRange(start, warm, AccessKind.Write);
        double fill = Stopwatch.GetElapsedTime(started).TotalNanoseconds / (warm >> 12);
        started = Stopwatch.GetTimestamp();
        for (ulong i = 0; i < Measured; i++)
            process.Access(start + warm + (i << 12), AccessKind.Write);
        double pressure = Stopwatch.GetElapsedTime(started).TotalNanoseconds / Measured;
        return (fill, pressure, (Resident() - before) / 1048576.0 / gibibytes);
    }

    private static long Resident()
    {
        using var self = System.Diagnostics.Process.GetCurrentProcess();
        return self.WorkingSet64;
    }
}
