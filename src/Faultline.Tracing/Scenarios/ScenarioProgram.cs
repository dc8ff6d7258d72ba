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
internal sealed partial class ScenarioProgram : IDisposable
{
    private readonly LibcProfile _libc;
    private readonly bool _hasMalloc;
    private ChunkShadow? _shadow;
    private Malloc<ForkingProcess>? _malloc;

    /// <param name="name">What the scenario calls it.</param>
    /// <param name="process">The simulated process.</param>
    /// <param name="libc">Its glibc, as far as malloc goes.</param>
    /// <param name="tunables">GLIBC_TUNABLES of its environment.</param>
    /// <param name="hasMalloc">False for a process whose malloc is not modelled (32 bits).</param>
    public ScenarioProgram(string name, Process process, LibcProfile libc, MallocTunables tunables, bool hasMalloc)
    {
        Name = name;
        Process = process;
        _libc = libc;
        Tunables = tunables;
        _hasMalloc = hasMalloc;
    }

    public string Name { get; }

    public Process Process { get; }

    public MallocTunables Tunables { get; }

    /// <summary>Made at its first use: its shadow takes address space. Null where malloc is not modelled.</summary>
    public Malloc<ForkingProcess>? Malloc => !_hasMalloc ? null : _malloc ??= MakeMalloc();

    public Dictionary<string, NamedMemory> Memory { get; } = [];

    /// <summary>Files that it opened, by path.</summary>
    public Dictionary<string, OpenFile> Open { get; } = [];

    /// <summary>Names that were freed or unmapped, and the line that did it.</summary>
    public Dictionary<string, int> Released { get; } = [];

    /// <summary>The line at which it ended; 0 while it runs.</summary>
    public int EndedAt { get; set; }

    /// <summary>Ended by the OOM killer.</summary>
    public bool WasKilled { get; set; }

    private Malloc<ForkingProcess> MakeMalloc()
    {
        _shadow = MakeShadow();
        return new Malloc<ForkingProcess>(new ForkingProcess(Process), _shadow, new MallocOptions
        {
            OnlineCpus = Process.Machine.Options.Cpus,
            Profile = _libc,
            Tunables = Tunables,
        });
    }

    private ChunkShadow MakeShadow() => new(Process.Layout.BrkStart, Process.Layout.MmapBase - Process.Layout.BrkStart);

    public void Dispose() => _shadow?.Dispose();
}
