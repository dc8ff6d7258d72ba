using System.Buffers.Binary;
using System.Globalization;
using Faultline.Kernel;
using Faultline.Reporting;
using Faultline.Tracing.Text;

namespace Faultline.Tool.Verifying;

/// <summary>The C library of this machine, or another: replays a trace in a fresh process of the compiled driver.</summary>
internal sealed class RealReplay : IDisposable
{
    private const int HeaderBytes = 64;
    private const int OperationBytes = 24;

    private readonly string _folder = Directory.CreateTempSubdirectory("faultline-verify-").FullName;
    private readonly string _driver;

    /// <summary>Throws <see cref="UsageException"/> where the driver does not compile or run.</summary>
    public RealReplay(string compiler, string? libc = null)
    {
        try
        {
            _driver = Compiler.Build(compiler, _folder, libc);
            LibcVersion = Run(["--libc"], [])[0];
        }
        catch (ReplayFailedException e)
        {
            Dispose();
            throw new UsageException($"the driver does not run{(libc == null ? "" : $" on the C library in {libc}")}: {e.Message}");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>As gnu_get_libc_version(3) says it in the driver.</summary>
    public string LibcVersion { get; }

    /// <summary>The transcript's lines. Throws <see cref="ReplayFailedException"/> where the driver did not come to its end.</summary>
    public string[] Transcribe(TextTrace trace)
    {
        string[] lines = Run([Write(trace)], Environment(trace.Tunables));
        int xml = Array.FindIndex(lines, l => l.StartsWith('<'));
        for (int i = xml; i >= 0 && i < lines.Length; i++)
            lines[i] = "Z " + lines[i];
        return lines;
    }

    /// <summary>What the whole trace costs a process under other settings, as GLIBC_TUNABLES has them. Throws as <see cref="Transcribe"/>.</summary>
    public RealFigures Measure(TextTrace trace, string tunables)
    {
        string[] words = Run(["--measure", Write(trace)], Environment(tunables))[0].Split(' ');
        ulong Bytes(string pages) => ulong.Parse(pages, CultureInfo.InvariantCulture) * PageSize.Bytes;
        return new RealFigures(Bytes(words[0]), Bytes(words[1]), ulong.Parse(words[2], CultureInfo.InvariantCulture));
    }

    /// <summary>Nanoseconds that the calls of a trace without threads take, with or without its touches, in a fresh process.</summary>
    public ulong Time(TextTrace trace, bool touches)
        => ulong.Parse(Run([touches ? "--time" : "--time-calls", Write(trace)], Environment(trace.Tunables))[0], CultureInfo.InvariantCulture);

    /// <summary>The kernel's counters of each scenario.</summary>
    public string[] Probe() => Run(["--probe"], []);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Dictionary<string, string> Environment(string tunables)
        => tunables.Length > 0 ? new() { ["GLIBC_TUNABLES"] = tunables } : [];

    private string Write(TextTrace trace)
    {
        string file = Path.Combine(_folder, "trace");
        File.WriteAllBytes(file, Encode(trace));
        return file;
    }

    private string[] Run(string[] arguments, Dictionary<string, string> environment)
    {
        HostProgram.Result result = HostProgram.Run(_driver, arguments, environment);
        if (result.ExitCode != 0)
            throw new ReplayFailedException(result.Error.Length > 0 ? result.Error.Trim().ReplaceLineEndings(" ") : $"the driver ended with code {result.ExitCode}");
        return result.Output.TrimEnd('\n').Split('\n');
    }

    /// <summary>As struct header and struct operation of driver.h.</summary>
    private static byte[] Encode(TextTrace trace)
    {
        byte[] bytes = new byte[HeaderBytes + (long)OperationBytes * trace.Operations.Length];
        Span<ulong> header =
        [
            (ulong)trace.Operations.Length, (ulong)trace.BlockCount, (ulong)trace.Operations.Count(o => o.Action == TraceAction.Info),
            (ulong)trace.LastThread, trace.BrkLimit, trace.IsMultiThreaded ? 1UL : 0,
        ];
        for (int i = 0; i < header.Length; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8 * i), header[i]);
        Span<byte> rest = bytes.AsSpan(HeaderBytes);
        foreach (TraceOperation operation in trace.Operations)
        {
            rest[0] = (byte)operation.Action;
            rest[1] = operation.Thread;
            BinaryPrimitives.WriteUInt32LittleEndian(rest[4..], operation.Block);
            BinaryPrimitives.WriteUInt64LittleEndian(rest[8..], operation.A);
            BinaryPrimitives.WriteUInt64LittleEndian(rest[16..], operation.B);
            rest = rest[OperationBytes..];
        }

        return bytes;
    }
}

/// <summary>The real side could not be replayed: the message says why, on one line.</summary>
internal sealed class ReplayFailedException(string message) : Exception(message);
