using System.Diagnostics;
using System.Globalization;
using System.Text;
using Faultline.Shim.Tests.Support;
using Faultline.TestSupport;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Tests.Twin;

/// <summary>What a step of a script did: minor faults, and where its block lies then (twin.c says how).</summary>
internal readonly record struct TwinStep(ulong Faults, ulong Heap, ulong Place);

/// <summary>
/// A program of allocations and touches that is run twice: by twin.c on the real C library and kernel, and by a test engine. Its
/// threads take turns, so that both runs have the same order.
/// </summary>
internal sealed unsafe class TwinScript
{
    private readonly List<(char Kind, int Block, ulong A, ulong B, int Thread)> _steps = [];
    private int _blocks;
    private int _thread;
    private int _threads;

    public int Malloc(ulong size) => Add('m', _blocks++, size);

    public int Calloc(ulong size) => Add('z', _blocks++, size);

    public int Memalign(ulong size, ulong alignment) => Add('a', _blocks++, size, alignment);

    public int Realloc(int block, ulong size) => Add('r', block, size);

    public int Free(int block) => Add('f', block);

    public int Write(int block, ulong from, ulong bytes) => Add('w', block, from, bytes);

    public int Read(int block, ulong from, ulong bytes) => Add('R', block, from, bytes);

    /// <summary>The steps from here on are that thread's; 0 is the main one.</summary>
    public TwinScript On(int thread)
    {
        _thread = thread;
        _threads = Math.Max(_threads, thread);
        return this;
    }

    /// <summary>The thread ends.</summary>
    public void End() => Add('x', 0);

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach ((char kind, int block, ulong a, ulong b, int thread) in _steps)
            text.Append(CultureInfo.InvariantCulture, $"{kind} {block} {a} {b} {thread}\n");
        return text.ToString();
    }

    /// <summary>Minor faults that the real kernel took for the whole script.</summary>
    public ulong RunReal() => RunRealSteps().Aggregate(0UL, (sum, step) => sum + step.Faults);

    /// <summary>What each step did on the real C library and kernel.</summary>
    public IReadOnlyList<TwinStep> RunRealSteps()
    {
        string[] arguments = _threads == 0 ? [] : [_threads.ToString(CultureInfo.InvariantCulture)];
        var start = new ProcessStartInfo(Program.Value, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment.Clear();
        using Process process = Process.Start(start)!;
        process.StandardInput.Write(ToString());
        process.StandardInput.Close();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        TwinStep[] steps = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse)];
        Assert.Equal(_steps.Count, steps.Length);
        return steps;
    }

    private static TwinStep Parse(string line)
    {
        ulong[] numbers = [.. line.Split(' ').Select(ulong.Parse)];
        return new TwinStep(numbers[0], numbers[1], numbers[2]);
    }

    /// <summary>
    /// Minor faults of the simulated process. With <paramref name="watchOften"/> a snapshot is taken after each step, without it only at
    /// the end. Invariants are checked in any case.
    /// </summary>
    public ulong RunSimulated(TestEngine test, bool watchOften)
    {
        byte*[] blocks = new byte*[_blocks];
        foreach ((char kind, int block, ulong a, ulong b, int _) in _steps)
        {
            Step(test, blocks, kind, block, a, b);
            if (watchOften)
                test.Snapshot();
        }

        ulong faults = test.Snapshot(SnapshotReason.Exit).MinorFaults;
        Assert.Empty(test.Findings);
        return faults;
    }

    /// <summary>
    /// What each step did in the simulation, by threads that take turns. Looks at everything after each step, so that a step's faults are its
    /// own, and a thread's end is noticed at once.
    /// </summary>
    public IReadOnlyList<TwinStep> RunSimulatedSteps(TestEngine test)
    {
        byte*[] blocks = new byte*[_blocks];
        var heaps = new List<ulong>();
        var steps = new List<TwinStep>();
        using var threads = new TurnTaking(_threads);
        ulong before = test.Snapshot().MinorFaults;
        foreach ((char kind, int block, ulong a, ulong b, int thread) in _steps)
        {
            if (kind == 'x')
                threads.End(thread);
            else
                threads.Run(thread, () => Step(test, blocks, kind, block, a, b));
            ulong after = test.Snapshot().MinorFaults;
            (ulong heap, ulong place) = kind is 'x' or 'f' ? (0, 0) : Locate(test, (ulong)blocks[block], heaps);
            steps.Add(new TwinStep(after - before, heap, place));
            before = after;
        }

        Assert.Empty(test.Findings);
        return steps;
    }

    private static (ulong Heap, ulong Place) Locate(TestEngine test, ulong block, List<ulong> heaps)
    {
        const int HeapShift = 26;
        if (block == 0)
            return (0, 0);
        if (test.Engine.Malloc.IsMapped(block))
            return (0, block & 4095);
        if (!heaps.Contains(block >> HeapShift))
            heaps.Add(block >> HeapShift);
        return ((ulong)heaps.IndexOf(block >> HeapShift) + 1, block & ((1UL << HeapShift) - 1));
    }

    private static void Step(TestEngine test, byte*[] blocks, char kind, int i, ulong a, ulong b)
    {
        int site = 1 + i % 32;
        switch (kind)
        {
            case 'm': blocks[i] = test.Malloc((nuint)a, site); break;
            case 'z': blocks[i] = test.Calloc((nuint)a, site); break;
            case 'a': blocks[i] = test.Memalign((nuint)b, (nuint)a, site); break;
            case 'r': blocks[i] = test.Realloc(blocks[i], (nuint)a, site); break;
            case 'f': test.Free(blocks[i], 40); break;
            default: Touch(blocks[i], a, b, kind == 'w'); break;
        }
    }

    private static void Touch(byte* block, ulong from, ulong bytes, bool write)
    {
        for (byte* at = block + from; at < block + from + bytes; at = (byte*)(((ulong)at | 4095) + 1))
        {
            if (write)
                *at = 1;
            else
                Volatile.Read(ref *at);
        }
    }

    private int Add(char kind, int block, ulong a = 0, ulong b = 0)
    {
        _steps.Add((kind, block, a, b, _thread));
        return block;
    }

    private static readonly Lazy<string> Program = new(Compile);

    private static string Compile()
    {
        string source = Repository.Path("tests", "Faultline.Shim.Tests", "Twin", "twin.c");
        string binary = Path.Combine(Path.GetTempPath(), $"faultline-twin-{Environment.ProcessId}");
        string compiler = Faultline.TestSupport.Host.OnPath("gcc") ? "gcc" : "cc";
        using Process process = Process.Start(compiler, ["-O1", "-Wall", "-Werror", "-pthread", "-Wl,-z,now", "-o", binary, source]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => File.Delete(binary);
        return binary;
    }
}
