using Faultline.Kernel;
using Faultline.Libc;
using Faultline.Tracing.Text;

namespace Faultline.Tracing.Transcripts;

/// <summary>
/// A text trace without threads through the models alone: nothing is written down and nobody is charged. What the models themselves cost
/// is measured with it, against the same loop over the real library.
/// </summary>
public sealed class BareReplay : IDisposable
{
    private readonly BareMachine _machine;
    private readonly TraceOperation[] _operations;

    /// <summary>Makes machine, process and allocator. Throws <see cref="ArgumentException"/> for a trace with threads.</summary>
    public BareReplay(TextTrace trace, LibcProfile? profile = null)
    {
        if (trace.IsMultiThreaded)
            throw new ArgumentException("the trace has threads", nameof(trace));
        _operations = trace.Operations;
        _machine = new BareMachine(trace, profile ?? LibcProfile.Default);
    }

    public ulong MinorFaults => _machine.Process.MinorFaults;

    /// <summary>Carries out all operations; once.</summary>
    public void Run(bool touches)
    {
        Malloc<SimulatedProcess> malloc = _machine.Malloc;
        MallocThread thread = malloc.MainThread;
        Span<ulong> blocks = _machine.Blocks;
        foreach (ref readonly TraceOperation operation in _operations.AsSpan())
        {
            // Most operations are of these two kinds: they are inlined here, the others are a call.
            switch (operation.Action)
            {
                case TraceAction.Malloc:
                    blocks[(int)operation.Block] = malloc.Allocate(thread, operation.A);
                    break;
                case TraceAction.Free:
                    malloc.Free(thread, blocks[(int)operation.Block]);
                    blocks[(int)operation.Block] = 0;
                    break;
                case TraceAction.TouchWrite or TraceAction.TouchRead when !touches:
                    break;
                default:
                    _machine.Apply(operation, thread);
                    break;
            }
        }
    }

    public void Dispose() => _machine.Dispose();

    private sealed class BareMachine(TextTrace trace, LibcProfile profile)
        : TraceMachine<SimulatedProcess>(trace, process => new SimulatedProcess(process), profile, consulted: null);
}
