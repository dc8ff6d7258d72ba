using Faultline.Kernel;

namespace Faultline.Libc.Tests;

/// <summary>A machine with one process and its allocator, laid out so that places can be given as offsets from the heap's start.</summary>
internal sealed class TestHeap : IDisposable
{
    public const ulong Base = 0x1000_0000_0000;
    public const ulong Floor = Base + (2UL << 40);

    private readonly Machine _machine = new(new MachineOptions { RamBytes = 8UL << 30 });
    private readonly ChunkShadow _shadow = new(new(Base), Floor - Base);

    public TestHeap(MallocOptions? options = null, ulong breakLimit = 0, ulong space = Floor - Base)
    {
        Process = _machine.CreateProcess(new AddressSpaceLayout
        {
            BrkStart = new(Base),
            BrkLimit = breakLimit == 0 ? null : new(Base + breakLimit + PageSize.Bytes),
            MmapBase = new(Base + space),
            MmapMin = new(Base),
        });
        Malloc = new Malloc<SimulatedProcess>(new SimulatedProcess(Process), _shadow, options ?? new MallocOptions());
    }

    public Process Process { get; }

    public Malloc<SimulatedProcess> Malloc { get; }

    public ulong HeapBytes => Process.CurrentBreak.Value - Base;

    /// <summary>Offset of the block that malloc answers.</summary>
    public ulong At(ulong n) => Malloc.Allocate(n) - Base;

    public ulong[] Allocate(int count, ulong n) => [.. Enumerable.Range(0, count).Select(_ => Malloc.Allocate(n))];

    public void Free(params ulong[] pointers)
    {
        foreach (ulong pointer in pointers)
            Malloc.Free(pointer);
    }

    /// <summary>Minor faults that an action takes.</summary>
    public ulong FaultsOf(Action action)
    {
        ulong before = Process.MinorFaults;
        action();
        return Process.MinorFaults - before;
    }

    public void Touch(ulong pointer, ulong length) => Process.AccessRange(new(pointer), length, AccessKind.Write);

    public void Dispose()
    {
        Malloc.CheckInvariants();
        _shadow.Dispose();
        _machine.Dispose();
    }
}
