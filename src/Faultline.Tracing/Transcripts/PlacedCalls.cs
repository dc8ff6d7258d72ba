using Faultline.Libc;

namespace Faultline.Tracing.Transcripts;

/// <summary>System call lines of a multi-threaded transcript: each has the place, as the distance below the floor.</summary>
internal static class PlacedCalls
{
    public static void Write(LineWriter writer, ulong number, LoggedCall call)
    {
        writer.Number(number).Text("S");
        switch (call.Kind)
        {
            case CallKind.Brk:
                writer.Text("brk").Signed((long)call.A);
                break;
            case CallKind.Mmap:
                writer.Text("mmap").Signed((long)call.B);
                if (!call.Failed)
                    writer.Hex(Below(call.Result));
                if (!call.Failed && call.A != 0)
                    writer.Text("hint").Hex(Below(call.A));
                break;
            case CallKind.Munmap:
                writer.Text("munmap").Signed((long)call.B).Hex(Below(call.A));
                break;
            case CallKind.Mremap:
                writer.Text("mremap").Signed((long)call.B).Signed((long)call.C);
                writer.Hex(Below(call.A)).Hex(call.Failed ? 0 : Below(call.Result));
                break;
            case CallKind.Madvise:
                writer.Text("madvise").Number(call.B).Number(call.C);
                if (TranscriptMachine.IsHigh(call.A))
                    writer.Hex(Below(call.A));
                else
                    writer.Hex(call.A - TranscriptMachine.HeapBase, "A");
                break;
            case CallKind.Mprotect:
                writer.Text("mprotect").Number(call.B).Number(call.C).Hex(Below(call.A));
                break;
            default:
                writer.Text("open").Text((ConsultedFile)call.A == ConsultedFile.OnlineCpus ? "cpu_online" : "overcommit_memory");
                break;
        }

        if (call.Failed)
            writer.Text("FAIL");
        writer.End();
    }

    private static ulong Below(ulong address) => TranscriptMachine.Floor - address;
}
