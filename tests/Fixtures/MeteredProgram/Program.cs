// A program with metrics of its own by OpenTelemetry, which also asks for those of a meter "Faultline", as it might for any library's. It refers to
// nothing of Faultline: run as it is, there is no such meter.
//
//   (nothing)      allocates, collects once, and prints a line for each value: name, unit, tags, value
//   hold SECONDS   goes on allocating for so long, for a tool that looks at it from outside

using System.Diagnostics;
using System.Runtime.InteropServices;
using OpenTelemetry;
using OpenTelemetry.Metrics;

internal static unsafe class Program
{
    private const int BlockBytes = 64 * 1024;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private static void Main(string[] arguments)
    {
        List<Metric> exported = [];
        using MeterProvider provider = Sdk.CreateMeterProviderBuilder().AddMeter("Faultline").AddInMemoryExporter(exported).Build();
        if (arguments is ["hold", var seconds])
        {
            Hold(TimeSpan.FromSeconds(int.Parse(seconds)));
            return;
        }

        void*[] blocks = new void*[10];
        for (int i = 0; i < blocks.Length; i++)
        {
            blocks[i] = NativeMemory.Alloc(BlockBytes);
            NativeMemory.Fill(blocks[i], BlockBytes, 1);
        }

        for (int i = 0; i < 4; i++)
            NativeMemory.Free(blocks[i]);
        Collect(provider, exported);
        foreach (Metric metric in exported)
            foreach (ref readonly MetricPoint point in metric.GetMetricPoints())
                Console.WriteLine($"{metric.Name} {metric.Unit} {Tags(point)} {point.GetSumLong()}");
    }

    /// <summary>Whoever makes a meter may come later than its listeners, and so may what it has to tell.</summary>
    private static void Collect(MeterProvider provider, List<Metric> exported)
    {
        Stopwatch waited = Stopwatch.StartNew();
        do
        {
            Thread.Sleep(300);
            exported.Clear();
            provider.ForceFlush();
        }
        while (exported.Count < 12 && waited.Elapsed < s_patience);
    }

    private static string Tags(in MetricPoint point)
    {
        List<string> tags = [];
        foreach (KeyValuePair<string, object?> tag in point.Tags)
            tags.Add($"{tag.Key}={tag.Value}");
        return string.Join(',', tags.Order(StringComparer.Ordinal));
    }

    private static void Hold(TimeSpan time)
    {
        Stopwatch held = Stopwatch.StartNew();
        while (held.Elapsed < time)
        {
            void* block = NativeMemory.Alloc(BlockBytes);
            NativeMemory.Fill(block, BlockBytes, 1);
            Thread.Sleep(5);
            NativeMemory.Free(block);
        }
    }
}
