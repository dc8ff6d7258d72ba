using BenchmarkDotNet.Attributes;
using Faultline.Shim;
using Faultline.Tracing.Binary;
using Faultline.Tracing.Events;
using Faultline.Tracing.Recording;
using Faultline.Tracing.Session;

namespace Faultline.Benchmarks;

/// <summary>
/// What recording adds to the shim: an allocation, one byte written on each page, and its free, with a trace and without. A thread of the
/// process takes the events and writes the file, as the tool does from its own. Needs a processor for it: on fewer, that work counts too.
/// </summary>
[ShortRunJob]
public unsafe class RecordedPairBenchmarks
{
    private const int Site = 1;

    private readonly string _file = Path.GetTempFileName();
    private SessionFile? _session;
    private RecordingMemory? _memory;
    private TraceWriter? _writer;
    private Thread? _drain;
    private volatile bool _done;

    [Params(64, 1024, 200 << 10)]
    public int Size { get; set; }

    [GlobalSetup(Target = nameof(Shim))]
    public void Attach() => _session = BenchmarkSession.Attach();

    [GlobalSetup(Target = nameof(Recorded))]
    public void Record()
    {
        _memory = RecordingMemory.Create();
        _writer = TraceWriter.Create(_file, new TraceMetadata(), overwrite: true);
        RecordingDrain drain = new(_memory, _writer);
        _drain = new Thread(() =>
        {
            while (!_done)
                if (drain.Take() < RecordingDrain.Many)
                    Thread.Sleep(0);
        });
        _drain.Start();
        _session = BenchmarkSession.Attach(_memory.Descriptor);
    }

    [GlobalCleanup]
    public void Detach()
    {
        _done = true;
        _drain?.Join();
        _writer?.Dispose();
        _session?.Dispose();
        _memory?.Dispose();
        File.Delete(_file);
    }

    [Benchmark(Baseline = true)]
    public void Shim() => Pair();

    [Benchmark]
    public void Recorded() => Pair();

    private void Pair()
    {
        byte* block = (byte*)NativeMemoryShim.Alloc((nuint)Size, Site);
        for (int offset = 0; offset < Size; offset += 4096)
            block[offset] = 1;
        NativeMemoryShim.Free(block, Site);
    }
}
