using Faultline.Libc;

namespace Faultline.Tracing.Transcripts;

/// <summary>Parts of lines that both kinds of transcript share. Each ends the line that the caller has begun.</summary>
internal static class TranscriptLines
{
    public static void WriteBlock(LineWriter writer, Malloc<RecordingProcess> malloc, ulong pointer)
    {
        if (pointer == 0)
        {
            writer.Text("N").End();
            return;
        }

        ulong usable = malloc.UsableSize(pointer);
        BlockPlace place = malloc.PlaceOf(pointer);
        if (place.Arena < 0)
        {
            ulong lead = malloc.MappingLeadOf(pointer);
            writer.Text("M").Number(malloc.ChunkSizeOf(pointer)).Number(usable).Number(lead);
            writer.Hex(TranscriptMachine.Floor - (pointer - ChunkLayout.HeaderSize - lead)).End();
        }
        else if (place.Arena > 0)
        {
            writer.Text("H").Number((ulong)place.Arena).Number((ulong)place.Heap).Hex(pointer & (HeapBytes - 1)).Number(usable).End();
        }
        else if (TranscriptMachine.IsHigh(pointer))
        {
            writer.Text("B").Hex(TranscriptMachine.Floor - pointer).Number(usable).End();
        }
        else
        {
            writer.Text("A").Hex(pointer - TranscriptMachine.HeapBase).Number(usable).End();
        }
    }

    public static void WriteInfo(LineWriter writer, MallocInfo info)
    {
        writer.Number(info.Arena).Number(info.OrdBlks).Number(info.SmBlks).Number(info.HBlks).Number(info.HBlkHd);
        writer.Number(info.UsmBlks).Number(info.FsmBlks).Number(info.UordBlks).Number(info.FordBlks).Number(info.KeepCost).End();
    }

    public static void WriteXml(LineWriter writer, string xml)
    {
        foreach (ReadOnlySpan<char> line in xml.AsSpan().TrimEnd('\n').EnumerateLines())
            writer.Text("Z").Text(line.ToString()).End();
    }

    private const ulong HeapBytes = 64UL << 20;
}
