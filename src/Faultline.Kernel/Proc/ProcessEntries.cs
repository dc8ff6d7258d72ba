// The files of /proc/PID (fs/proc/base.c tgid_base_stuff, 6.18).

using System.Globalization;

namespace Faultline.Kernel;

internal static class ProcessEntries
{
    private const int Everybody = 0x124;        // 0444
    private const int OwnerWrites = 0x1a4;      // 0644

    public static IReadOnlyList<ProcPidEntry> All { get; } =
    [
        new("cmdline", Everybody, process => string.Concat(process.Task.CommandLine.Select(argument => argument + "\0"))),
        new("comm", OwnerWrites, process => process.Task.Comm + "\n", WriteComm),
        new("maps", Everybody, MapsText.Of),
        new("oom_adj", OwnerWrites, process => Number(process.Task.Oom.Legacy), WriteOomAdj),
        new("oom_score", Everybody, process => Number(process.Machine.Oom.Score(process))),
        new("oom_score_adj", OwnerWrites, process => Number(process.Task.Oom.Score), WriteOomScoreAdj, machine => machine.Options.Oom == OomProfile.Modern),
        new("smaps", Everybody, SmapsText.Of),
        new("smaps_rollup", Everybody, SmapsText.Rollup),
        new("stat", Everybody, ProcessStat.Text),
        new("statm", Everybody, ProcessStat.Statm),
        new("status", Everybody, ProcessStatus.Text),
    ];

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture) + "\n";

    private static Errno WriteComm(Process process, string text, ProcCaller caller)
    {
        process.Task.Comm = text;
        return Errno.None;
    }

    private static Errno WriteOomAdj(Process process, string text, ProcCaller caller)
    {
        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value))
            return Errno.EINVAL;
        Errno error = process.Task.Oom.WriteLegacy(value, caller.MayLowerOomAdjustment);
        if (error == Errno.None && process.Machine.Options.Oom == OomProfile.Modern)
            process.Machine.Log.AddOnce("oom_adj", string.Create(
                CultureInfo.InvariantCulture,
                $"sh (1): /proc/{process.Pid}/oom_adj is deprecated, please use /proc/{process.Pid}/oom_score_adj instead."));
        return error;
    }

    private static Errno WriteOomScoreAdj(Process process, string text, ProcCaller caller)
        => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value)
            ? process.Task.Oom.WriteScore(value, caller.MayLowerOomAdjustment)
            : Errno.EINVAL;
}
