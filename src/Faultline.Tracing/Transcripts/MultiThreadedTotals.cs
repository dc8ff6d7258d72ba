using Faultline.Libc;
using Faultline.Tracing.Text;

namespace Faultline.Tracing.Transcripts;

/// <summary>Where the results of a trace lay.</summary>
internal sealed class ResultCounts
{
    public ulong Main { get; private set; }

    public ulong Secondary { get; private set; }

    public ulong Mapped { get; private set; }

    public ulong Null { get; private set; }

    public void Count(ulong pointer, BlockPlace place)
    {
        if (pointer == 0)
            Null++;
        else if (place.Arena < 0)
            Mapped++;
        else if (place.Arena == 0)
            Main++;
        else
            Secondary++;
    }
}

/// <summary>The last lines of a multi-threaded transcript: totals, arenas with their heaps, malloc_info.</summary>
internal sealed class MultiThreadedTotals(TextTrace trace, TranscriptMachine machine, LineWriter writer)
{
    /// <summary>The oracle lists this many heaps of an arena.</summary>
    private const int ListedHeaps = 16;

    private readonly Malloc<RecordingProcess> _malloc = machine.Malloc;

    public void Write(ResultCounts results)
    {
        Line("ops", (ulong)trace.Operations.Length);
        Line("threads", (ulong)trace.LastThread + 1);
        Line("results_main", results.Main);
        Line("results_secondary", results.Secondary);
        Line("results_mmapped", results.Mapped);
        Line("results_null", results.Null);
        writer.Text("E").Text("brk_growth").Signed((long)(machine.Process.CurrentBreak.Value - TranscriptMachine.HeapBase)).End();
        Line("n_brk", Calls(CallKind.Brk));
        Line("n_mmap", Calls(CallKind.Mmap));
        Line("n_munmap", Calls(CallKind.Munmap));
        Line("n_mremap", Calls(CallKind.Mremap));
        Line("n_madvise", Calls(CallKind.Madvise));
        Line("n_mprotect", Calls(CallKind.Mprotect));
        Line("n_open", Calls(CallKind.Open));
        Line("n_failed_syscalls", machine.Log.Failures + machine.Log.RefusedBreaks);
        Line("minflt", machine.Process.MinorFaults);
        Line("majflt", machine.Process.MajorFaults);
        writer.Text("E").Text("mallinfo2");
        TranscriptLines.WriteInfo(writer, _malloc.GetMallocInfo());
        ulong heaps = WriteArenas();
        Line("arenas", (ulong)_malloc.ArenaCount);
        Line("heaps_end", heaps);
        Line("deterministic", 1);
        TranscriptLines.WriteXml(writer, _malloc.GetMallocInfoXml());
    }

    private ulong WriteArenas()
    {
        ulong heaps = 0;
        for (int number = 0; number < _malloc.ArenaCount; number++)
        {
            ArenaView arena = _malloc.ViewArena(number);
            writer.Text("E").Text("arena").Number((ulong)number).Number(arena.AttachedThreads);
            writer.Number(arena.SystemMemory).Number(arena.MaximumSystemMemory).Number((ulong)arena.Heaps.Count).End();
            for (int index = 0; index < Math.Min(arena.Heaps.Count, ListedHeaps); index++)
            {
                HeapView heap = arena.Heaps[index];
                writer.Text("E").Text("heap").Number((ulong)number).Number((ulong)index);
                writer.Number(heap.Size).Number(heap.WritableSize).Hex(TranscriptMachine.Floor - heap.Address).End();
                heaps++;
            }
        }

        return heaps;
    }

    private ulong Calls(CallKind kind) => machine.Log.Counts[(int)kind];

    private void Line(string key, ulong value) => writer.Text("E").Text(key).Number(value).End();
}
