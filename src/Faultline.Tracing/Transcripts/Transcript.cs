using Faultline.Libc;
using Faultline.Tracing.Text;

namespace Faultline.Tracing.Transcripts;

/// <summary>
/// What the model does with a trace, in the words of the oracle that prints what the real glibc does: pointers, system calls,
/// minor faults, mallinfo2 operation by operation, then totals and malloc_info. Two such texts can be compared line by line.
/// </summary>
public static class Transcript
{
    /// <summary>Operations between two words of progress.</summary>
    internal const int Step = 1 << 12;

    /// <summary>Replays a trace and writes the transcript, ASCII lines ended by '\n'. Same trace, same bytes.</summary>
    /// <param name="trace">With or without threads.</param>
    /// <param name="output">Left open.</param>
    /// <param name="profile">The glibc; null: the default one.</param>
    /// <param name="progress">Told from time to time how many operations are done.</param>
    public static void Write(TextTrace trace, Stream output, LibcProfile? profile = null, Action<long>? progress = null)
    {
        using TranscriptMachine machine = new(trace, profile ?? LibcProfile.Default);
        LineWriter writer = new(output);
        if (trace.IsMultiThreaded)
            new MultiThreadedTranscript(trace, machine, writer).Write(progress);
        else
            new SingleThreadedTranscript(trace, machine, writer).Write(progress);
        writer.Flush();
    }
}
