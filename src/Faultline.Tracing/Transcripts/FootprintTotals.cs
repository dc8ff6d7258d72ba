namespace Faultline.Tracing.Transcripts;

/// <summary>Peaks of the memory that system calls have asked for, bytes; touched or not.</summary>
internal sealed class FootprintTotals
{
    private long _break;
    private ulong _mapped;

    public ulong BreakPeak { get; private set; }

    public ulong MappedPeak { get; private set; }

    public ulong Peak { get; private set; }

    public ulong BreakGrows { get; private set; }

    public ulong BreakShrinks { get; private set; }

    public void Count(LoggedCall call)
    {
        switch (call.Kind)
        {
            case CallKind.Brk:
                _break += (long)call.A;
                BreakGrows += (long)call.A > 0 ? 1UL : 0;
                BreakShrinks += (long)call.A < 0 ? 1UL : 0;
                break;
            case CallKind.Mmap when !call.Failed:
                _mapped += call.B;
                break;
            case CallKind.Munmap:
                _mapped -= call.B;
                break;
            case CallKind.Mremap when !call.Failed:
                _mapped += call.C - call.B;
                break;
        }

        BreakPeak = Math.Max(BreakPeak, (ulong)_break);
        MappedPeak = Math.Max(MappedPeak, _mapped);
        Peak = Math.Max(Peak, _mapped + (ulong)_break);
    }
}
