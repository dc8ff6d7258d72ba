using Faultline.Kernel;
using Faultline.Libc;
using Faultline.Shim.Arena;
using Faultline.Shim.Host;
using Faultline.Shim.Ledger;
using Faultline.Shim.Observers;
using Faultline.Shim.Watching;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Engine;

/// <summary>
/// What an engine is made of, in the order of making: arena, shadow, ledger, observer, machine, process, allocator. Where
/// the host refuses one for its size (RLIMIT_AS, a small container), all are made again for a smaller arena.
/// </summary>
internal sealed class EngineParts : IDisposable
{
    private readonly Stack<IDisposable> _owned = new();

    private EngineParts(FindingLog findings) => Findings = findings;

    public FindingLog Findings { get; }

    public WatchedProcess Watched { get; private set; } = null!;

    public Malloc<ArenaProcess> Malloc { get; private set; } = null!;

    /// <summary>Sizes tried: the largest first, each a quarter of the one before.</summary>
    public static IEnumerable<ulong> Sizes(ulong largest)
    {
        for (ulong size = 1UL << 40; size >= SessionLayout.SmallestArena; size >>= 2)
            if (size <= largest)
                yield return size;
    }

    /// <summary>Throws <see cref="OutOfMemoryException"/> when the host refuses every size.</summary>
    public static EngineParts Create(SessionFile session, MallocTunables tunables)
    {
        ulong largest = (ulong)session.BlockSlots * SessionLayout.BytesPerBlockTag;
        foreach (ulong size in Sizes(largest))
        {
            // A host that refuses writable memory of that size may allow a reservation that is opened part by part.
            if ((TryCreate(session, size, opensParts: false, tunables) ?? TryCreate(session, size, opensParts: true, tunables)) is { } parts)
                return parts;
        }

        throw new OutOfMemoryException($"the host refuses to reserve {SessionLayout.SmallestArena >> 20} MiB of address space");
    }

    public void Dispose()
    {
        while (_owned.TryPop(out IDisposable? part))
            part.Dispose();
    }

    /// <summary>Null when the host refuses this size.</summary>
    internal static unsafe EngineParts? TryCreate(SessionFile session, ulong size, bool opensParts, MallocTunables? tunables = null)
    {
        var findings = new FindingLog(session);
        var parts = new EngineParts(findings);
        try
        {
            RealArena? arena = RealArena.TryReserve(size, opensParts);
            if (arena == null)
                return null;
            parts.Own(arena);
            ChunkShadow shadow = parts.Own(new ChunkShadow(new VirtualAddress(arena.Start), arena.Length));
            PageLedger ledger = parts.Own(new PageLedger(arena.Start, arena.Length));
            TouchObserver observer = parts.Own(ObserverChoice.Choose(session.Header->ObserverRequested, out string reason));
            Process process = parts.Own(CreateMachine(session)).CreateProcess(LayoutOf(arena));
            var blocks = new BlockTable(session.Blocks, arena.Start, ledger, findings);
            parts.Watched = parts.Own(new WatchedProcess(process, arena, observer, ledger, blocks, session.Sites(0), findings));
            parts.Malloc = new Malloc<ArenaProcess>(new ArenaProcess(parts.Watched), shadow, new MallocOptions
            {
                OnlineCpus = (int)session.Header->Cpus,
                MultiThreaded = true,
                Profile = session.Header->Libc,
                Tunables = tunables ?? MallocTunables.Default,
            });
            Describe(session, arena, observer, reason, findings);
            HostLibc.Describe(findings, session.Header->Libc);
            MallocSettings.Describe(findings, tunables ?? MallocTunables.Default, session.Header->Cpus);
            return parts;
        }
        catch (OutOfMemoryException)
        {
            parts.Dispose();
            return null;
        }
        catch
        {
            parts.Dispose();
            throw;
        }
    }

    private static unsafe Machine CreateMachine(SessionFile session) => new(new MachineOptions
    {
        RamBytes = session.Header->RamBytes,
        Cpus = (int)session.Header->Cpus,
        Thp = (ThpPolicy)session.Header->ThpPolicy,
    });

    /// <summary>Heap and mappings share the arena from both ends; neither can leave it.</summary>
    private static AddressSpaceLayout LayoutOf(RealArena arena) => new()
    {
        BrkStart = new VirtualAddress(arena.Start),
        MmapBase = new VirtualAddress(arena.End),
        MmapMin = new VirtualAddress(arena.Start),
        TaskSize = new VirtualAddress(arena.End),
    };

    private static unsafe void Describe(SessionFile session, RealArena arena, TouchObserver observer, string reason, FindingLog findings)
    {
        session.Header->ArenaStart = arena.Start;
        session.Header->ArenaLength = arena.Length;
        session.Header->HeapStart = arena.Start;
        session.Header->Observer = observer.Kind;
        findings.Note("observer", reason);
        findings.Note("pages", "a page that several blocks share is charged to the site whose block was placed first on it since it was last absent");
        if (arena.Length < 1UL << 40)
            findings.Note("arena", $"the host allows an arena of {arena.Length >> 20} MiB only");
        if (arena.OpensParts)
            findings.Note("arena", "the host accounts for every writable page: the arena is opened part by part");
    }

    private T Own<T>(T part)
        where T : IDisposable
    {
        _owned.Push(part);
        return part;
    }
}
