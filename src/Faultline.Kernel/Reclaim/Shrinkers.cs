// Caches of the kernel that give objects back when memory is short (mm/shrinker.c shrink_slab, do_shrink_slab, 6.18). They are
// called each time the lists have been looked at, and asked for the same part of their objects as was looked at of the lists.

namespace Faultline.Kernel;

/// <summary>A cache that can shrink.</summary>
internal abstract class Shrinker
{
    /// <summary>What it costs to make an object anew, in units of a half; 0: nothing.</summary>
    public virtual int Seeks => 2;

    /// <summary>Objects asked for at a time.</summary>
    public virtual ulong BatchSize => 128;

    /// <summary>What was asked for but not done because it was less than a batch.</summary>
    internal ulong Deferred { get; set; }

    /// <summary>Objects that could be given back.</summary>
    public abstract ulong Count();

    /// <summary>Gives back up to so many objects; answers how many.</summary>
    public abstract ulong Scan(ulong objects);
}

internal sealed class Shrinkers(VmStat stat)
{
    private readonly List<Shrinker> _shrinkers = [];

    public void Add(Shrinker shrinker) => _shrinkers.Add(shrinker);

    /// <summary>Asks every cache for its part at a priority, 12 (little) to 0 (all). Answers the objects given back.</summary>
    public ulong Shrink(int priority)
    {
        ulong freed = 0;
        foreach (Shrinker shrinker in _shrinkers)
            freed += Shrink(shrinker, priority);
        return freed;
    }

    private ulong Shrink(Shrinker shrinker, int priority)
    {
        ulong freeable = shrinker.Count();
        if (freeable == 0)
            return 0;
        ulong delta = shrinker.Seeks == 0 ? freeable / 2 : (freeable >> priority) * 4 / (ulong)shrinker.Seeks;
        ulong left = Math.Min((shrinker.Deferred >> priority) + delta, 2 * freeable);
        ulong wanted = shrinker.Deferred + delta;
        ulong scanned = 0, freed = 0;
        while (left >= shrinker.BatchSize || left >= freeable)
        {
            ulong batch = Math.Min(shrinker.BatchSize, left);
            freed += shrinker.Scan(batch);
            stat[VmEvent.slabs_scanned] += batch;
            scanned += batch;
            left -= batch;
            if (left == 0)
                break;
        }

        shrinker.Deferred = Math.Min(wanted > scanned ? wanted - scanned : 0, 2 * freeable);
        return freed;
    }
}
