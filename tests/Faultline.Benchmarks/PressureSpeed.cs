using System.Globalization;
using Faultline.Kernel;

namespace Faultline.Benchmarks;

/// <summary>
/// dotnet run --project tests/Faultline.Benchmarks -c Release -- pressure [GiB …]
/// What a simulated fault costs when memory is full, on machines of several sizes in one run: a process that has filled memory writes on, so
/// that each page it gains is one that reclaim must write to swap. Filling memory, with the first look at every page, comes before.
/// Times are the processor's, so that other work on the host counts little.
/// The model's memory is that of the machine when its RAM is full, by GiB of RAM; and what each page in swap, with its entry in a page
/// table, adds. A small machine goes first, so that compiled code and the collector's heap are not counted as the first one's.
/// </summary>
internal static class PressureSpeed
{
    private const ulong GiB = 1UL << 30;
    private const ulong Measured = 1 << 20;

    public static void Run(string[] sizes)
    {
        ulong[] gibibytes = sizes.Length == 0 ? [1, 16, 256] : [.. sizes.Select(size => ulong.Parse(size, CultureInfo.InvariantCulture))];
        Measure(GiB / 4);
        Figures first = default;
        foreach (ulong size in gibibytes)
        {
            Figures figures = Measure(size * GiB);
            first = first.Pressure == 0 ? figures : first;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{size,4} GiB: {figures.Fill,6:F1} ns a fault while memory fills, {figures.Pressure,7:F1} ns under pressure ({1e9 / figures.Pressure,9:N0} a second, {figures.Pressure / first.Pressure:F2} of the first); of the model {figures.Full / 1048576.0 / size,5:F1} MiB a GiB of RAM, {figures.Swapped,4:F1} bytes a page in swap"));
        }
    }

    private static Figures Measure(ulong bytes)
    {
        long before = Resident();
        using var machine = new Machine(new MachineOptions { RamBytes = bytes, SwapBytes = 16 * GiB, Thp = ThpPolicy.Never, Overcommit = OvercommitPolicy.Always });
        Kernel.Process process = machine.CreateProcess(AddressSpaceLayout.X64);
        ulong warm = machine.ManagedPages.Bytes.Value + (GiB / 8);
        VirtualAddress start = process.Mmap(default, warm + (4 * Measured << 12), Protection.ReadWrite, MapFlags.Private).Address;
        TimeSpan started = Environment.CpuUsage.TotalTime;
        process.AccessRange(start, warm, AccessKind.Write);
        double fill = (Environment.CpuUsage.TotalTime - started).TotalNanoseconds / (warm >> 12);
        long full = Resident();
        ulong swapped = process.Resident.Swapped;
        started = Environment.CpuUsage.TotalTime;
        for (ulong i = 0; i < Measured; i++)
            process.Access(start + warm + (i << 12), AccessKind.Write);
        double pressure = (Environment.CpuUsage.TotalTime - started).TotalNanoseconds / Measured;
        return new(fill, pressure, full - before, (Resident() - full) / (double)(process.Resident.Swapped - swapped));
    }

    private static long Resident()
    {
        GC.Collect();
        using var self = System.Diagnostics.Process.GetCurrentProcess();
        return self.WorkingSet64;
    }

    /// <summary>Nanoseconds a fault; bytes of the model when memory is full, and for each page more in swap.</summary>
    private record struct Figures(double Fill, double Pressure, long Full, double Swapped);
}
