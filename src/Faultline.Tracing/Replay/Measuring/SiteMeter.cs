using Faultline.Libc;

namespace Faultline.Tracing.Replay;

/// <summary>
/// Measures, while a trace is replayed, what counters cannot tell. Blocks are known by the model's pointers. The heap is looked at after
/// 64 events and then again each 64; after every 64 looks the distance doubles, so that a long trace is looked at some hundred times.
/// </summary>
internal sealed class SiteMeter
{
    private const ulong FirstStep = 64;
    private const int LooksPerStep = 64;

    private readonly Dictionary<ulong, MeteredBlock> _live = [];
    private readonly List<PowerHistogram?> _sizes = [];
    private readonly List<PowerHistogram?> _lifetimes = [];
    private readonly PinningSurvey _survey;
    private ulong _allocations;
    private ulong _step = FirstStep;
    private ulong _next = FirstStep;
    private int _looks;

    public SiteMeter(ChargedProcess charged) => _survey = new PinningSurvey(charged, _live);

    public void Allocated(ulong pointer, ulong requested, int site)
    {
        _live[pointer] = new MeteredBlock(site, ++_allocations);
        At(_sizes, site).Add(requested);
    }

    public void Released(ulong pointer)
    {
        if (_live.Remove(pointer, out MeteredBlock block))
            At(_lifetimes, block.Site).Add(_allocations - block.Born);
    }

    /// <summary>After an event; takes a look at the heap when it is time.</summary>
    public void After(ulong events, Malloc<ReplayProcess> malloc)
    {
        if (events < _next)
            return;
        _survey.Look(malloc, events);
        if (++_looks % LooksPerStep == 0)
            _step *= 2;
        _next = events + _step;
    }

    public Measurements Finish()
    {
        Dictionary<int, SiteMeasurement> sites = [];
        for (int site = 0; site < _sizes.Count; site++)
            if (_sizes[site] is { } sizes)
                sites.Add(site, new SiteMeasurement(sizes, At(_lifetimes, site), _survey.PinnedBy(site)));
        return new(sites, _survey.Worst);
    }

    private static PowerHistogram At(List<PowerHistogram?> list, int site)
    {
        while (list.Count <= site)
            list.Add(null);
        return list[site] ??= new PowerHistogram();
    }
}

/// <summary>A live block: its site, and the how manieth allocation it was, which also tells it from any other.</summary>
internal readonly record struct MeteredBlock(int Site, ulong Born);
