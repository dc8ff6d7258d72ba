using System.Diagnostics;
using System.Globalization;
using System.Text;
using Faultline.Shim.Tests.Support;
using Faultline.TestSupport;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Tests.Twin;

/// <summary>A program of allocations and touches that is run twice: by twin.c on the real C library and kernel, and by a test engine.</summary>
internal sealed unsafe class TwinScript
{
    private readonly List<(char Kind, int Block, ulong A, ulong B)> _steps = [];
    private int _blocks;

    public int Malloc(ulong size) => Add('m', _blocks++, size);

    public int Calloc(ulong size) => Add('z', _blocks++, size);

    public int Memalign(ulong size, ulong alignment) => Add('a', _blocks++, size, alignment);

    public int Realloc(int block, ulong size) => Add('r', block, size);

    public int Free(int block) => Add('f', block);

    public int Write(int block, ulong from, ulong bytes) => Add('w', block, from, bytes);

    public int Read(int block, ulong from, ulong bytes) => Add('R', block, from, bytes);

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach ((char kind, int block, ulong a, ulong b) in _steps)
            text.Append(CultureInfo.InvariantCulture, $"{kind} {block} {a} {b}\n");
        return text.ToString();
    }

    /// <summary>Minor faults that the real kernel took for the whole script.</summary>
    public ulong RunReal()
    {
        var start = new ProcessStartInfo(Program.Value) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment.Clear();
        using Process process = Process.Start(start)!;
        process.StandardInput.Write(ToString());
        process.StandardInput.Close();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        ulong[] faults = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(ulong.Parse)];
        Assert.Equal(_steps.Count, faults.Length);
        return faults.Aggregate(0UL, (sum, value) => sum + value);
    }

    /// <summary>
    /// Minor faults of the simulated process. With <paramref name="watchOften"/> a snapshot is taken after each step, without it only at
    /// the end. Invariants are checked in any case.
    /// </summary>
    public ulong RunSimulated(TestEngine test, bool watchOften)
    {
        byte*[] blocks = new byte*[_blocks];
        foreach ((char kind, int block, ulong a, ulong b) in _steps)
        {
            Step(test, blocks, kind, block, a, b);
            if (watchOften)
                test.Snapshot();
        }

        ulong faults = test.Snapshot(SnapshotReason.Exit).MinorFaults;
        Assert.Empty(test.Findings);
        return faults;
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
        _steps.Add((kind, block, a, b));
        return block;
    }

    private static readonly Lazy<string> Program = new(Compile);

    private static string Compile()
    {
        string source = Repository.Path("tests", "Faultline.Shim.Tests", "Twin", "twin.c");
        string binary = Path.Combine(Path.GetTempPath(), $"faultline-twin-{Environment.ProcessId}");
        string compiler = Faultline.TestSupport.Host.OnPath("gcc") ? "gcc" : "cc";
        using Process process = Process.Start(compiler, ["-O1", "-Wall", "-Werror", "-Wl,-z,now", "-o", binary, source]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => File.Delete(binary);
        return binary;
    }
}
