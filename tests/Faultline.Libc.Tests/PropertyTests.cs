using CsCheck;
using Faultline.Kernel;

namespace Faultline.Libc.Tests;

/// <summary>
/// Random programs: after every operation the lists agree with the heap, and no two blocks overlap. CsCheck prints the seed of a
/// failure.
/// </summary>
public class PropertyTests
{
    private static readonly Gen<Step> Steps = Gen.Select(Gen.Int[0, 11], Gen.Int[0, 1 << 16], Size(), Gen.Int[0, 3])
        .Select((action, pick, size, thread) => new Step(action, pick, size, thread));

    /// <summary>Every profile under each of these.</summary>
    public static TheoryData<string, string> Settings
    {
        get
        {
            string[] tunables =
            [
                "",
                "glibc.malloc.tcache_count=0",
                "glibc.malloc.tcache_count=2:glibc.malloc.mxfast=160:glibc.malloc.top_pad=0:glibc.malloc.trim_threshold=0",
                "glibc.malloc.mmap_threshold=4096:glibc.malloc.tcache_max=100",
                "glibc.malloc.mmap_max=0:glibc.malloc.arena_max=2:glibc.malloc.tcache_unsorted_limit=2",
            ];
            TheoryData<string, string> all = [];
            foreach (LibcProfile profile in LibcProfile.All)
                foreach (string text in tunables)
                    all.Add(profile.Name, text);
            return all;
        }
    }

    public static TheoryData<string> Profiles => [.. LibcProfile.All.Select(profile => profile.Name)];

    [Theory]
    [MemberData(nameof(Settings))]
    public void Lists_and_heap_agree_after_every_operation(string libc, string tunables) => Sample(() => Make(libc, tunables));

    [Theory]
    [MemberData(nameof(Profiles))]
    public void They_agree_when_the_break_cannot_move(string libc) => Sample(() => Make(libc, "", breakLimit: 0x50000));

    private static TestHeap Make(string libc, string tunables, ulong breakLimit = 0)
        => new(new MallocOptions { Profile = LibcProfile.Find(libc)!, Tunables = MallocTunables.Parse(tunables) }, breakLimit);

    private static void Sample(Func<TestHeap> make) => Steps.Array[1, 120].Sample(steps => Run(steps, make()), iter: 60, threads: 1);

    private static Gen<ulong> Size() => Gen.OneOf(
        Gen.ULong[0, 200], Gen.ULong[200, 1200], Gen.ULong[1000, 70_000], Gen.ULong[60_000, 400_000], Gen.Const(1UL << 50));

    private static void Run(Step[] steps, TestHeap heap)
    {
        using (heap)
        {
            Program program = new(heap);
            foreach (Step step in steps)
            {
                program.Do(step);
                heap.Malloc.CheckInvariants();
                program.CheckBlocks();
            }
        }
    }

    private readonly record struct Step(int Action, int Pick, ulong Size, int Thread);

    private sealed class Program(TestHeap heap)
    {
        private readonly SortedDictionary<ulong, ulong> _blocks = [];
        private readonly MallocThread?[] _threads = [heap.Malloc.MainThread, null, null, null];

        public void Do(Step step)
        {
            Malloc<SimulatedProcess> malloc = heap.Malloc;
            MallocThread thread = _threads[step.Thread] ??= malloc.StartThread();
            ulong block = _blocks.Count == 0 ? 0 : _blocks.ElementAt(step.Pick % _blocks.Count).Key;
            switch (step.Action)
            {
                case 0:
                    Add(malloc.Calloc(thread, 1, step.Size), step.Size);
                    break;
                case 1:
                    Add(malloc.AlignedAllocate(thread, 1UL << (step.Pick % 16), step.Size), step.Size);
                    break;
                case 2:
                    ulong moved = malloc.Reallocate(thread, block, step.Size);
                    if (moved != 0 || step.Size == 0)
                        _blocks.Remove(block);
                    Add(moved, step.Size);
                    break;
                case 3 when step.Pick % 16 == 0:
                    malloc.Trim((ulong)step.Pick);
                    break;
                case 4 when step.Pick % 4 == 0 && step.Thread != 0:
                    malloc.EndThread(thread);
                    _threads[step.Thread] = null;
                    break;
                case > 7:
                    _blocks.Remove(block);
                    malloc.Free(thread, block);
                    break;
                default:
                    Add(malloc.Allocate(thread, step.Size), step.Size);
                    break;
            }
        }

        public void CheckBlocks()
        {
            ulong end = 0;
            foreach ((ulong block, ulong size) in _blocks)
            {
                ulong usable = heap.Malloc.UsableSize(block);
                bool fits = block >= end && block % 16 == 0 && usable >= size;
                Assert.True(fits, $"block 0x{block:x} of {size} bytes, usable {usable}, one before ends at 0x{end:x}");
                end = block + usable;
            }
        }

        private void Add(ulong block, ulong size)
        {
            if (block != 0)
                _blocks.Add(block, size);
        }
    }
}
