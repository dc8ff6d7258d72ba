// Whether a page that comes back was evicted too early (mm/workingset.c, 6.18). Eviction leaves a shadow: how old the list was.
// If less was evicted and activated since than the list could hold, the page would have stayed with a little more memory, so it
// comes back active.
//
//   shadow   63 …………………… 17   16 ……… 1   0
//            age at eviction   cgroup     was active before

namespace Faultline.Kernel;

internal sealed unsafe class Workingset(Frame* frames, Lru lru, VmStat stat)
{
    private const int CgroupShift = 1;
    private const int AgeShift = 17;
    private const ulong WasWorkingset = 1;

    /// <summary>The shadow of a page about to be evicted on behalf of a list: its cgroup's, or the machine's.</summary>
    public ulong Evict(uint pfn, Lruvec target)
    {
        ulong age = target.NonresidentAge;
        lru.Age(target, 1UL << frames[pfn].Order);
        return (age << AgeShift) | ((ulong)target.Cgroup << CgroupShift) | ((frames[pfn].Flags & FrameFlags.Workingset) != 0 ? WasWorkingset : 0);
    }

    /// <summary>A page comes back; marks it active if it should not have gone. It is not on a list yet.</summary>
    /// <param name="pfn">The page.</param>
    /// <param name="shadow">What its eviction left; not 0.</param>
    /// <param name="swapAvailable">Anonymous pages could be evicted too.</param>
    public void Refault(uint pfn, ulong shadow, bool swapAvailable)
    {
        int file = (frames[pfn].Flags & FrameFlags.SwapBacked) == 0 ? 1 : 0;
        Lruvec vector = lru.VectorOf(pfn);
        stat[VmEvent.workingset_refault_anon + file]++;
        (file == 0 ? ref vector.Counts.workingset_refault_anon : ref vector.Counts.workingset_refault_file)++;
        if (!IsRecent(shadow, file != 0, swapAvailable))
            return;
        frames[pfn].Flags |= FrameFlags.Active;
        lru.Age(vector, 1);
        lru.NoteActivation(vector, file);
        stat[VmEvent.workingset_activate_anon + file]++;
        (file == 0 ? ref vector.Counts.workingset_activate_anon : ref vector.Counts.workingset_activate_file)++;
        if ((shadow & WasWorkingset) == 0)
            return;
        frames[pfn].Flags |= FrameFlags.Workingset;
        lru.NoteCost(vector, file, 1, 0);
        stat[VmEvent.workingset_restore_anon + file]++;
        (file == 0 ? ref vector.Counts.workingset_restore_anon : ref vector.Counts.workingset_restore_file)++;
    }

    private bool IsRecent(ulong shadow, bool file, bool swapAvailable)
    {
        Lruvec vector = lru.VectorOfGroup((ushort)((shadow >> CgroupShift) & ushort.MaxValue));
        ulong distance = ((vector.NonresidentAge << AgeShift) - (shadow & ~((1UL << AgeShift) - 1))) >> AgeShift;
        ulong held = Lru.LateSize(vector, LruList.ActiveFile);
        if (!file)
            held += Lru.LateSize(vector, LruList.InactiveFile);
        if (swapAvailable)
        {
            held += Lru.LateSize(vector, LruList.ActiveAnon);
            if (file)
                held += Lru.LateSize(vector, LruList.InactiveAnon);
        }

        return distance <= held;
    }
}
