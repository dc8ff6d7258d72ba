using Faultline.Libc;
using Faultline.Tracing.Text;

namespace Faultline.Tracing.Transcripts;

// As without threads, with places for every system call, and these lines between faults and result:
//
//   OP G arena below      the operation made a secondary arena; its first heap
//   OP D arena            a thread left the arena            OP U arena      a thread was attached to it
//   OP H arena heap offset usable                            block in a secondary arena
//   OP V …                                                   spawn: the block of the new thread's DTV

/// <summary>The transcript of a trace with threads, of which one runs at a time.</summary>
internal sealed class MultiThreadedTranscript(TextTrace trace, TranscriptMachine machine, LineWriter writer)
{
    private readonly Malloc<RecordingProcess> _malloc = machine.Malloc;
    private readonly MallocThread?[] _threads = new MallocThread?[trace.LastThread + 1];
    private readonly ulong[] _threadVectors = new ulong[trace.LastThread + 1];
    private readonly List<ulong> _attached = [1];
    private readonly ResultCounts _results = new();

    public void Write(Action<long>? progress)
    {
        _threads[0] = _malloc.MainThread;
        for (int number = 0; number < trace.Operations.Length; number++)
        {
            WriteOperation((ulong)number, trace.Operations[number]);
            if (number % Transcript.Step == 0)
                progress?.Invoke(number);
        }

        new MultiThreadedTotals(trace, machine, writer).Write(_results);
    }

    private void WriteOperation(ulong number, in TraceOperation operation)
    {
        ulong faults = machine.Process.MinorFaults;
        MallocInfo info = operation.Action == TraceAction.Info ? _malloc.GetMallocInfo() : default;
        ulong result = Apply(operation, _threads[operation.Thread]!);
        faults = machine.Process.MinorFaults - faults;
        foreach (LoggedCall call in machine.Log.Calls)
            PlacedCalls.Write(writer, number, call);
        machine.Log.Calls.Clear();
        if (faults != 0)
            writer.Number(number).Text("F").Number(faults).End();
        WriteArenaChanges(number);
        switch (operation.Action)
        {
            case TraceAction.Malloc or TraceAction.Calloc or TraceAction.Memalign or TraceAction.Realloc:
                _results.Count(result, result == 0 ? default : _malloc.PlaceOf(result));
                writer.Number(number);
                TranscriptLines.WriteBlock(writer, _malloc, result);
                break;
            case TraceAction.Spawn:
                writer.Number(number).Text("V");
                TranscriptLines.WriteBlock(writer, _malloc, result);
                break;
            case TraceAction.Trim:
                writer.Number(number).Text("X").Number(result).End();
                break;
            case TraceAction.Info:
                writer.Number(number).Text("I");
                TranscriptLines.WriteInfo(writer, info);
                break;
        }
    }

    /// <summary>
    /// pthread_create allocates the new thread's dynamic thread vector in the creator's name, pthread_join frees it in the joiner's;
    /// in between neither start nor end of a thread allocates anything.
    /// </summary>
    private ulong Apply(in TraceOperation operation, MallocThread thread)
    {
        const ulong VectorEntries = 17, EntryBytes = 16;
        switch (operation.Action)
        {
            case TraceAction.Spawn:
                _threads[operation.Block] = _malloc.StartThread();
                return _threadVectors[operation.Block] = _malloc.Calloc(thread, VectorEntries, EntryBytes);
            case TraceAction.Exit:
                _malloc.EndThread(thread);
                return 0;
            case TraceAction.Join:
                _malloc.Free(thread, _threadVectors[operation.Block]);
                return 0;
            default:
                return machine.Apply(operation, thread);
        }
    }

    private void WriteArenaChanges(ulong number)
    {
        while (_attached.Count < _malloc.ArenaCount)
        {
            int created = _attached.Count;
            ulong heap = _malloc.ViewArena(created).Heaps[0].Address;
            writer.Number(number).Text("G").Number((ulong)created).Hex(TranscriptMachine.Floor - heap).End();
            _attached.Add(0);
        }

        int left = -1, joined = -1;
        for (int arena = 0; arena < _attached.Count; arena++)
        {
            ulong now = _malloc.AttachedThreadsOf(arena);
            if (now < _attached[arena])
                left = arena;
            else if (now > _attached[arena])
                joined = arena;
            _attached[arena] = now;
        }

        if (left >= 0)
            writer.Number(number).Text("D").Number((ulong)left).End();
        if (joined >= 0)
            writer.Number(number).Text("U").Number((ulong)joined).End();
    }
}
