using Faultline.Kernel;
using Faultline.Libc;
using Faultline.Tracing.Text;

namespace Faultline.Tracing.Transcripts;

/// <summary>A machine whose system calls are written down.</summary>
internal sealed class TranscriptMachine : TraceMachine<RecordingProcess>
{
    /// <summary>Addresses from here on are mappings, not brk memory.</summary>
    private const ulong HighestHeap = HeapBase + (1UL << 40);

    public TranscriptMachine(TextTrace trace, LibcProfile profile)
        : this(trace, profile, new SystemCallLog(new VirtualAddress(HeapBase)))
    {
    }

    private TranscriptMachine(TextTrace trace, LibcProfile profile, SystemCallLog log)
        : base(trace, process => new RecordingProcess(process, log), profile, log.AddOpen) => Log = log;

    public SystemCallLog Log { get; }

    public static bool IsHigh(ulong address) => address >= HighestHeap;
}
