// out_of_memory, select_bad_process, oom_kill_process (mm/oom_kill.c, 6.18), and of the classic profiles the choice of the victim's child.

namespace Faultline.Kernel;

/// <summary>Chooses a process when no page can be had any more, ends it, and keeps a record.</summary>
public sealed class OomKiller
{
    private readonly Machine _machine;
    private readonly List<OomKill> _kills = [];

    internal OomKiller(Machine machine) => _machine = machine;

    /// <summary>Every kill so far, oldest first.</summary>
    public IReadOnlyList<OomKill> Kills => _kills;

    private OomProfile Profile => _machine.Options.Oom;

    /// <summary>RAM and swap: what badness and oom_score of the machine are measured against.</summary>
    public ulong TotalPages => _machine.ManagedPages.Value + _machine.SwapTotal.Value;

    /// <summary>/proc/PID/oom_score under the machine's profile.</summary>
    public long Score(Process process) => Profile == OomProfile.Modern
        ? ModernBadness.Score(process, TotalPages)
        : (long)Math.Min(ClassicBadness.Points(process, ChildrenOf(process), _machine.Clock.Now, Profile), long.MaxValue);

    /// <summary>Kills one process; false where nobody may be killed. Its memory is free when this returns.</summary>
    internal bool Kill(OomRequest request)
    {
        // Chosen already: it only has to get out of the kernel to die (task_will_free_mem).
        if (request.Current.IsDoomed)
            return false;
        if (_machine.Options.OomKillsAllocatingTask && MayBeKilled(request.Current, request))
            return Finish(request, request.Current, Points(request.Current, request));
        Process? chosen = null;
        long worst = ModernBadness.Never;
        foreach (Process process in request.Candidates)
        {
            long points = Points(process, request);
            // The modern kernel lets a later process replace an earlier one with the same points; the old ones did not.
            if (points == ModernBadness.Never || (chosen != null && (Profile == OomProfile.Modern ? points < worst : points <= worst)))
                continue;
            (chosen, worst) = (process, points);
        }

        if (chosen == null)
        {
            OomReport.WriteNobody(_machine.Log, request);
            return false;
        }

        return Finish(request, Profile == OomProfile.Modern ? chosen : ChildInstead(chosen), worst);
    }

    private bool MayBeKilled(Process process, OomRequest request) => Points(process, request) != ModernBadness.Never;

    private long Points(Process process, OomRequest request)
    {
        if (Profile == OomProfile.Modern)
            return ModernBadness.Points(process, request.TotalPages);
        if (process.Pid == 1 || process.Task.Oom.Legacy == OomAdjustment.Disable)
            return ModernBadness.Never;
        return (long)Math.Min(ClassicBadness.Points(process, ChildrenOf(process), _machine.Clock.Now, Profile), long.MaxValue);
    }

    /// <summary>The old kernels first tried a child of the chosen one, to lose less work.</summary>
    private Process ChildInstead(Process chosen)
        => ChildrenOf(chosen).FirstOrDefault(child => child.Task.Oom.Legacy != OomAdjustment.Disable) ?? chosen;

    private IEnumerable<Process> ChildrenOf(Process process) => _machine.Processes.Where(other => other.Task.ParentPid == process.Pid);

    private bool Finish(OomRequest request, Process victim, long points)
    {
        OomReport.WriteKill(_machine.Log, request, victim);
        _machine.Stat[VmEvent.oom_kill]++;
        var kill = new OomKill(victim.Pid, victim.Task.Comm, points, victim.ResidentPages.Value, _machine.Clock.Now, request.Current.Task.Comm);
        if (victim == request.Current)
            victim.IsDoomed = true;
        else
            victim.Exit();
        OomReport.WriteReaped(_machine.Log, kill);
        _kills.Add(kill);
        return true;
    }
}
