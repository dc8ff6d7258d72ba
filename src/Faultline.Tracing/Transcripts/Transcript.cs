using Faultline.Tracing.Text;

namespace Faultline.Tracing.Transcripts;

/// <summary>
/// What the model does with a trace, in the words of the oracle that prints what the real glibc does: pointers, system calls,
/// minor faults, mallinfo2 operation by operation, then totals and malloc_info. Two such texts can be compared line by line.
/// </summary>
public static class Transcript
{
    /// <summary>Replays a trace and writes the transcript, ASCII lines ended by '\n'. Same trace, same bytes.</summary>
    public static void Write(TextTrace trace, Stream output)
    {
        using TranscriptMachine machine = new(trace);
        LineWriter writer = new(output);
        if (trace.IsMultiThreaded)
            new MultiThreadedTranscript(trace, machine, writer).Write();
        else
            new SingleThreadedTranscript(trace, machine, writer).Write();
        writer.Flush();
    }
}
