using System.Buffers.Binary;
using Faultline.Tracing.Text;

namespace Faultline.Tool.Verifying;

/// <summary>The C library of this machine: replays a trace in a fresh process of the compiled driver.</summary>
internal sealed class RealReplay : IDisposable
{
    private const int HeaderBytes = 64;
    private const int OperationBytes = 24;

    private readonly string _folder = Directory.CreateTempSubdirectory("faultline-verify-").FullName;
    private readonly string _driver;

    /// <summary>Throws <see cref="UsageException"/> where the driver does not compile.</summary>
    public RealReplay(string compiler)
    {
        try
        {
            _driver = Compiler.Build(compiler, _folder);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The transcript's lines. Throws <see cref="ReplayFailedException"/> where the driver did not come to its end.</summary>
    public string[] Transcribe(TextTrace trace)
    {
        string file = Path.Combine(_folder, "trace");
        File.WriteAllBytes(file, Encode(trace));
        Dictionary<string, string> environment = [];
        if (trace.Tunables.Length > 0)
            environment["GLIBC_TUNABLES"] = trace.Tunables;
        string[] lines = Run([file], environment);
        int xml = Array.FindIndex(lines, l => l.StartsWith('<'));
        for (int i = xml; i >= 0 && i < lines.Length; i++)
            lines[i] = "Z " + lines[i];
        return lines;
    }

    /// <summary>The kernel's counters of each scenario.</summary>
    public string[] Probe() => Run(["--probe"], []);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

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
