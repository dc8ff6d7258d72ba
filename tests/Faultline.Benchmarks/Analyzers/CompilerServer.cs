using System.Diagnostics;

namespace Faultline.Benchmarks.Analyzers;

/// <summary>A compiler server of our own, under a name that no build uses: what has run once in it is compiled and stays so.</summary>
internal sealed class CompilerServer : IDisposable
{
    private static readonly TimeSpan s_start = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    public CompilerServer()
    {
        _process = Process.Start(CompilerRun.Environment(new ProcessStartInfo(
            Path.Combine(Workshop.DotnetRoot, "dotnet"), ["exec", Path.Combine(CompilerRun.Compiler, "VBCSCompiler.dll"), "-pipename:" + Pipe]) { RedirectStandardOutput = true }))!;
    }

    public string Pipe { get; } = $"faultline-benchmark-{System.Environment.ProcessId}";

    /// <summary>Processor time that the server has used.</summary>
    public double Seconds
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime.TotalSeconds;
        }
    }

    /// <summary>Compiles until the server, and no process of the compiler's own, has done it.</summary>
    public void WarmUp(Action compile)
    {
        Stopwatch waited = Stopwatch.StartNew();
        for (double before = Seconds; ; before = Seconds)
        {
            compile();
            if (Seconds - before > 1)
                break;
            if (waited.Elapsed > s_start || _process.HasExited)
                throw new InvalidOperationException("the compiler server does not answer");
        }

        compile();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }
}
