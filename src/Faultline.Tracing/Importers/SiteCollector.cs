using Faultline.Tracing.Session;

namespace Faultline.Tracing.Importers;

/// <summary>Gives ids to call sites as they are met: equal places in the program are one site.</summary>
internal sealed class SiteCollector
{
    private readonly Dictionary<CallSite, int> _ids = [];
    private readonly List<CallSite> _sites = [];
    private SiteTable _table = SiteTable.Empty;

    /// <summary>Sites that found no room: their events have id 0.</summary>
    public long Dropped { get; private set; }

    public SiteTable Table
    {
        get
        {
            if (_table.Sites.Count != _sites.Count)
                _table = new SiteTable(_sites);
            return _table;
        }
    }

    /// <summary>The id of a site, whose own id is not looked at.</summary>
    public int IdOf(CallSite site)
    {
        CallSite key = site with { Id = 0 };
        if (_ids.TryGetValue(key, out int id))
            return id;
        if (_sites.Count + 1 >= SessionLayout.SiteCapacity)
        {
            Dropped++;
            return 0;
        }

        id = _sites.Count + 1;
        _ids.Add(key, id);
        _sites.Add(site with { Id = id });
        return id;
    }
}
