using Faultline.Libc;
using Faultline.Tracing.Text;

namespace Faultline.Tracing.Transcripts;

// Lines of one operation, OP being its number: system calls, then faults, then the result.
//
//   OP S brk DELTA | S mmap LEN | S munmap LEN | S mremap OLD NEW | S madvise PLACE LEN ADVICE | S mprotect LEN PROT   [FAIL]
//   OP F n                                     minor faults, if any
//   OP A offset usable                         block in the brk heap, offset from its start
//   OP B below usable                          block in an mmapped extension of the main arena
//   OP M chunk usable lead below               block that is a mapping, distance of the mapping below the floor
//   OP N                                       NULL          OP X n   return value          OP I …   mallinfo2

/// <summary>The transcript of a trace without threads.</summary>
internal sealed class SingleThreadedTranscript(TextTrace trace, TranscriptMachine machine, LineWriter writer)
{
    private readonly Malloc<RecordingProcess> _malloc = machine.Malloc;
    private readonly FootprintTotals _totals = new();
    private ulong _touches;
    private ulong _heapResults;
    private ulong _mappedResults;
    private ulong _nullResults;

    public void Write(Action<long>? progress)
    {
        for (int number = 0; number < trace.Operations.Length; number++)
        {
            WriteOperation((ulong)number, trace.Operations[number]);
            if (number % Transcript.Step == 0)
                progress?.Invoke(number);
        }

        WriteTotals();
    }

    private void WriteOperation(ulong number, in TraceOperation operation)
    {
        ulong faults = machine.Process.MinorFaults;
        MallocInfo info = operation.Action == TraceAction.Info ? _malloc.GetMallocInfo() : default;
        ulong result = machine.Apply(operation, _malloc.MainThread);
        faults = machine.Process.MinorFaults - faults;
        foreach (LoggedCall call in machine.Log.Calls)
        {
            _totals.Count(call);
            WriteCall(number, call);
        }

        machine.Log.Calls.Clear();
        if (faults != 0)
            writer.Number(number).Text("F").Number(faults).End();
        switch (operation.Action)
        {
            case TraceAction.Malloc or TraceAction.Calloc or TraceAction.Memalign or TraceAction.Realloc:
                WriteBlock(number, result);
                break;
            case TraceAction.Trim or TraceAction.Mallopt:
                writer.Number(number).Text("X").Number(result).End();
                break;
            case TraceAction.Info:
                writer.Number(number).Text("I");
                TranscriptLines.WriteInfo(writer, info);
                break;
            case TraceAction.TouchWrite or TraceAction.TouchRead:
                _touches++;
                break;
        }
    }

    private void WriteBlock(ulong number, ulong pointer)
    {
        writer.Number(number);
        if (pointer == 0)
            _nullResults++;
        else if (_malloc.IsMapped(pointer))
            _mappedResults++;
        else
            _heapResults++;
        TranscriptLines.WriteBlock(writer, _malloc, pointer);
    }

    private void WriteCall(ulong number, LoggedCall call)
    {
        writer.Number(number).Text("S");
        switch (call.Kind)
        {
            case CallKind.Brk:
                writer.Text("brk").Signed((long)call.A);
                break;
            case CallKind.Mmap:
                writer.Text("mmap").Signed((long)call.B);
                break;
            case CallKind.Munmap:
                writer.Text("munmap").Signed((long)call.B).End();
                return;
            case CallKind.Mremap:
                writer.Text("mremap").Signed((long)call.B).Signed((long)call.C);
                break;
            case CallKind.Madvise:
                bool high = TranscriptMachine.IsHigh(call.A);
                writer.Text("madvise").Hex(high ? TranscriptMachine.Floor - call.A : call.A - TranscriptMachine.HeapBase, high ? "-" : "");
                writer.Number(call.B).Number(call.C).End();
                return;
            default:
                writer.Text("mprotect").Number(call.B).Number(call.C).End();
                return;
        }

        if (call.Failed)
            writer.Text("FAIL");
        writer.End();
    }

    private void WriteTotals()
    {
        void Line(string key, ulong value) => writer.Text("E").Text(key).Number(value).End();

        Line("ops", (ulong)trace.Operations.Length);
        Line("touch_ops", _touches);
        Line("results_heap", _heapResults);
        Line("results_mmapped", _mappedResults);
        Line("results_null", _nullResults);
        writer.Text("E").Text("brk_growth").Signed((long)(machine.Process.CurrentBreak.Value - TranscriptMachine.HeapBase)).End();
        Line("brk_peak", _totals.BreakPeak);
        Line("mmap_peak", _totals.MappedPeak);
        Line("footprint_peak", _totals.Peak);
        Line("n_brk", machine.Log.Counts[(int)CallKind.Brk]);
        Line("n_brk_grow", _totals.BreakGrows);
        Line("n_brk_shrink", _totals.BreakShrinks);
        Line("n_mmap", machine.Log.Counts[(int)CallKind.Mmap]);
        Line("n_munmap", machine.Log.Counts[(int)CallKind.Munmap]);
        Line("n_mremap", machine.Log.Counts[(int)CallKind.Mremap]);
        Line("n_madvise", machine.Log.Counts[(int)CallKind.Madvise]);
        Line("n_mprotect", machine.Log.Counts[(int)CallKind.Mprotect]);
        Line("n_failed_syscalls", machine.Log.Failures);
        Line("minflt", machine.Process.MinorFaults);
        Line("majflt", machine.Process.MajorFaults);
        writer.Text("E").Text("mallinfo2");
        TranscriptLines.WriteInfo(writer, _malloc.GetMallocInfo());
        new HeapResidency(machine.Process).Write(writer);
        Line("heapbase_page_offset", 0);
        Line("deterministic", 1);
        TranscriptLines.WriteXml(writer, _malloc.GetMallocInfoXml());
    }
}
