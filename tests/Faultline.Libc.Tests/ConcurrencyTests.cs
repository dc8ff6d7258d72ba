using Faultline.Kernel;

namespace Faultline.Libc.Tests;

/// <summary>Threads that really run at the same time: arenas are locked, caches are not shared, nothing is lost.</summary>
public class ConcurrencyTests
{
    [Theory]
    [InlineData("glibc-2.36", "")]
    [InlineData("glibc-2.36", "glibc.malloc.arena_max=1")]
    [InlineData("glibc-2.36", "glibc.malloc.arena_max=2:glibc.malloc.tcache_count=0")]
    [InlineData("glibc-2.41", "glibc.malloc.arena_max=2")]
    public void Blocks_that_cross_threads_are_never_lost(string libc, string tunables)
    {
        const int Threads = 4, Rounds = 20_000;
        using Machine machine = new(new MachineOptions());
        using ChunkShadow shadow = new(new(TestHeap.Base), TestHeap.Floor - TestHeap.Base);
        Process process = machine.CreateProcess(new AddressSpaceLayout
        {
            BrkStart = new(TestHeap.Base),
            MmapBase = new(TestHeap.Floor),
            MmapMin = new(TestHeap.Base),
        });
        MallocOptions options = new() { MultiThreaded = true, Profile = LibcProfile.Find(libc)!, Tunables = MallocTunables.Parse(tunables) };
        Malloc<LockedProcess> malloc = new(new LockedProcess(process), shadow, options);
        ulong[] exchange = new ulong[256];

        Thread[] threads = [.. Enumerable.Range(1, Threads).Select(seed => new Thread(() => Work(malloc, exchange, seed, Rounds)))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();

        malloc.CheckInvariants();
        foreach (ulong block in exchange)
            malloc.Free(block);
        malloc.CheckInvariants();
        List<HeapChunk> live = [];
        foreach (HeapChunk chunk in malloc.WalkHeaps())
        {
            if (chunk.Kind == ChunkKind.Live)
                live.Add(chunk);
        }

        Assert.Empty(live);
        Assert.Equal(0, malloc.MappedChunks);
    }

    private static void Work(Malloc<LockedProcess> malloc, ulong[] exchange, int seed, int rounds)
    {
        MallocThread thread = malloc.StartThread();
        Random random = new(seed);
        for (int round = 0; round < rounds; round++)
        {
            ulong size = (ulong)random.Next(random.Next(10) == 0 ? 200_000 : 300);
            ulong block = round % 7 == 0 ? malloc.Calloc(thread, 1, size) : malloc.Allocate(thread, size);
            if (round % 5 == 0)
                block = malloc.Reallocate(thread, block, size + 1 + (ulong)random.Next(500));
            malloc.Free(thread, Interlocked.Exchange(ref exchange[random.Next(exchange.Length)], block));
        }

        malloc.EndThread(thread);
    }

    /// <summary>The kernel's own locks, as one: a process of the model is not thread safe.</summary>
    private readonly struct LockedProcess(Process process) : ISystemCalls, IMemoryAccess
    {
        public static bool SeesEveryStore => false;

        private readonly SimulatedProcess _process = new(process);
        private readonly Lock _lock = new();

        public VirtualAddress CurrentBreak
        {
            get
            {
                lock (_lock)
                    return _process.CurrentBreak;
            }
        }

        public VirtualAddress Brk(VirtualAddress newBreak)
        {
            lock (_lock)
                return _process.Brk(newBreak);
        }

        public SystemCallResult Mmap(VirtualAddress hint, ulong length, Protection protection, MapFlags flags)
        {
            lock (_lock)
                return _process.Mmap(hint, length, protection, flags);
        }

        public SystemCallResult Munmap(VirtualAddress start, ulong length)
        {
            lock (_lock)
                return _process.Munmap(start, length);
        }

        public SystemCallResult Mremap(VirtualAddress start, ulong oldLength, ulong newLength, bool mayMove)
        {
            lock (_lock)
                return _process.Mremap(start, oldLength, newLength, mayMove);
        }

        public SystemCallResult Mprotect(VirtualAddress start, ulong length, Protection protection)
        {
            lock (_lock)
                return _process.Mprotect(start, length, protection);
        }

        public SystemCallResult Madvise(VirtualAddress start, ulong length, Advice advice)
        {
            lock (_lock)
                return _process.Madvise(start, length, advice);
        }

        public void Access(VirtualAddress address, AccessKind kind)
        {
            lock (_lock)
                _process.Access(address, kind);
        }

        public void Clear(VirtualAddress start, ulong length)
        {
            lock (_lock)
                _process.Clear(start, length);
        }

        public void Fill(VirtualAddress start, ulong length, byte value)
        {
            lock (_lock)
                _process.Fill(start, length, value);
        }

        public void Copy(VirtualAddress destination, VirtualAddress source, ulong length)
        {
            lock (_lock)
                _process.Copy(destination, source, length);
        }
    }
}
