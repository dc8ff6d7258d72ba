using Faultline.Kernel;

namespace Faultline.Tracing.Transcripts;

/// <summary>What is present of the brk heap at the end: as smaps and pagemap would show it.</summary>
internal sealed class HeapResidency(Process process)
{
    private readonly ulong _end = process.CurrentBreak.Value;

    public void Write(LineWriter writer)
    {
        ulong start = TranscriptMachine.HeapBase, pages = (_end - start) >> PageSize.Shift;
        ulong size = PageSize.Up(_end) - start, privatePages = 0, zeroPages = 0, rss = 0;
        for (ulong page = 0; page < size >> PageSize.Shift; page++)
        {
            char state = StateAt(page);
            rss += state == 'P' ? PageSize.Bytes : 0;
            privatePages += state == 'P' && page < pages ? 1UL : 0;
            zeroPages += state == 'z' && page < pages ? 1UL : 0;
        }

        writer.Text("E").Text("heap_rss").Number(rss).End();
        writer.Text("E").Text("heap_size").Number(size).End();
        writer.Text("E").Text("heap_pages_private").Number(privatePages).End();
        writer.Text("E").Text("heap_pages_zero").Number(zeroPages).End();
        WriteRuns(writer, pages);
    }

    private void WriteRuns(LineWriter writer, ulong pages)
    {
        writer.Text("E").Text("heap_residency");
        for (ulong page = 0; page < pages;)
        {
            char state = StateAt(page);
            ulong end = page + 1;
            while (end < pages && StateAt(end) == state)
                end++;
            writer.Run(end - page, state);
            page = end;
        }

        writer.End();
    }

    private char StateAt(ulong page) => process.StateOf(new(TranscriptMachine.HeapBase + (page << PageSize.Shift))) switch
    {
        PageState.Absent => '.',
        PageState.ZeroPage or PageState.HugeZeroPage => 'z',
        _ => 'P',
    };
}
