using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;

namespace Faultline.BenchmarkDotNet;

/// <summary>The columns. Their names differ from those of BenchmarkDotNet's own native memory profiler, which is for Windows. As in its columns, - stands for 0.</summary>
internal static class NativeMetrics
{
    private static readonly Descriptor s_allocations = new(0, "NativeAllocations", "Native allocs", "Native blocks allocated per operation (1 = an alloc, a realloc, an mmap)", UnitType.Dimensionless);
    private static readonly Descriptor s_bytes = new(1, "NativeBytes", "Native bytes", "Native bytes asked for per operation", UnitType.Size);
    private static readonly Descriptor s_leak = new(2, "NativeLeak", "Native leak", "Native bytes per operation that were left allocated", UnitType.Size);
    private static readonly Descriptor s_faults = new(3, "MinorFaults", "Minor faults", "Pages of 4 KiB per operation that native memory faulted in (simulated)", UnitType.Dimensionless);
    private static readonly Descriptor s_brk = new(4, "BrkCalls", "brk calls", "Calls of brk per operation, by which glibc grows and trims its heap (simulated)", UnitType.Dimensionless);
    private static readonly Descriptor s_mmap = new(5, "MmapCalls", "mmap calls", "Calls of mmap per operation (simulated)", UnitType.Dimensionless);

    /// <summary>Per operation.</summary>
    public static IEnumerable<Metric> Of(NativeFigures figures) =>
    [
        Per(s_allocations, figures.Allocations, figures),
        Per(s_bytes, figures.Bytes, figures),
        Per(s_leak, figures.LeftBytes, figures),
        Per(s_faults, figures.MinorFaults, figures),
        Per(s_brk, figures.BrkCalls, figures),
        Per(s_mmap, figures.MmapCalls, figures),
    ];

    private static Metric Per(IMetricDescriptor descriptor, long sum, NativeFigures figures) => new(descriptor, (double)sum / figures.Operations);

    private sealed record Descriptor(int Priority, string Name, string DisplayName, string Legend, UnitType UnitType) : IMetricDescriptor
    {
        public string Id => "Faultline." + Name;

        public string NumberFormat => "#0.####";

        public string Unit => UnitType == UnitType.Size ? "B" : "Count";

        public bool TheGreaterTheBetter => false;

        public int PriorityInCategory => Priority;

        public bool GetIsAvailable(Metric metric) => true;
    }
}
