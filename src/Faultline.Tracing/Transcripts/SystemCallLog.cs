using Faultline.Kernel;
using Faultline.Libc;

namespace Faultline.Tracing.Transcripts;

/// <summary>A system call that a transcript shows.</summary>
internal enum CallKind
{
    Brk,
    Mmap,
    Munmap,
    Mremap,
    Madvise,
    Mprotect,
    Open,
}

/// <summary>One system call: its arguments in order (brk: delta of the break; open: the file), and what it answered.</summary>
internal readonly record struct LoggedCall(CallKind Kind, ulong A, ulong B, ulong C, ulong Result, bool Failed);

/// <summary>The system calls of the current operation, and how many of each there were in all.</summary>
internal sealed class SystemCallLog(VirtualAddress initialBreak)
{
    private ulong _break = initialBreak.Value;

    /// <summary>Calls since the last <see cref="List{T}.Clear"/>.</summary>
    public List<LoggedCall> Calls { get; } = [];

    public ulong[] Counts { get; } = new ulong[Enum.GetValues<CallKind>().Length];

    /// <summary>Calls that answered an errno. brk never does.</summary>
    public ulong Failures { get; private set; }

    /// <summary>Calls of brk that left the break where it was.</summary>
    public ulong RefusedBreaks { get; private set; }

    public void AddBreak(ulong wanted, ulong now)
    {
        Add(new LoggedCall(CallKind.Brk, now - _break, 0, 0, now, wanted > now));
        _break = now;
    }

    public void Add(CallKind kind, ulong a, ulong b, ulong c, SystemCallResult result) =>
        Add(new LoggedCall(kind, a, b, c, (ulong)result.Raw, result.Failed));

    public void AddOpen(ConsultedFile file) => Add(new LoggedCall(CallKind.Open, (ulong)file, 0, 0, 0, false));

    private void Add(LoggedCall call)
    {
        Calls.Add(call);
        Counts[(int)call.Kind]++;
        if (call.Failed && call.Kind == CallKind.Brk)
            RefusedBreaks++;
        else if (call.Failed)
            Failures++;
    }
}
