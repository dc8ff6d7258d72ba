using Faultline.Kernel;
using Faultline.Libc;

namespace Faultline.Tracing.Scenarios;

/// <summary>A piece of memory that a scenario's process has, by the name that the scenario gave it.</summary>
/// <param name="Start">Its address; 0 where there was no memory (malloc answered NULL).</param>
/// <param name="Length">Bytes asked for.</param>
/// <param name="IsMapping">Made by mmap, not by malloc.</param>
/// <param name="Line">Of the statement that made it.</param>
internal readonly record struct NamedMemory(ulong Start, ulong Length, bool IsMapping, int Line);

/// <summary>One process of a scenario: the simulated process, its malloc, and what it calls its pieces of memory.</summary>
internal sealed class ScenarioProgram : IDisposable
{
    private readonly ChunkShadow? _shadow;

    /// <param name="name">What the scenario calls it.</param>
    /// <param name="process">The simulated process.</param>
    /// <param name="tunables">GLIBC_TUNABLES of its environment.</param>
    /// <param name="hasMalloc">False for a process whose malloc is not modelled (32 bits).</param>
    public ScenarioProgram(string name, Process process, MallocTunables tunables, bool hasMalloc)
    {
        Name = name;
        Process = process;
        Tunables = tunables;
        if (!hasMalloc)
            return;
        ulong start = process.Layout.BrkStart.Value;
        _shadow = new ChunkShadow(process.Layout.BrkStart, process.Layout.MmapBase.Value - start);
        Malloc = new Malloc<SimulatedProcess>(new SimulatedProcess(process), _shadow, new MallocOptions
        {
            OnlineCpus = process.Machine.Options.Cpus,
            Tunables = tunables,
        });
    }

    public string Name { get; }

    public Process Process { get; }

    public MallocTunables Tunables { get; }

    public Malloc<SimulatedProcess>? Malloc { get; }

    public Dictionary<string, NamedMemory> Memory { get; } = [];

    /// <summary>Names that were freed or unmapped, and the line that did it.</summary>
    public Dictionary<string, int> Released { get; } = [];

    /// <summary>The line at which it ended; 0 while it runs.</summary>
    public int EndedAt { get; set; }

    /// <summary>Ended by the OOM killer.</summary>
    public bool WasKilled { get; set; }

    public void Dispose() => _shadow?.Dispose();
}
