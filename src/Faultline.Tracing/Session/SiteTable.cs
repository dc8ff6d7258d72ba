namespace Faultline.Tracing.Session;

// The names behind the site ids that a session file counts by. The router (weaver or generator) gives the ids, the shim only
// passes them on, and the reader of the session puts the names back: so the program under watch never holds this table.

/// <summary>
/// One routed call: where it is in the program and which API it calls ("NativeMemory.Alloc", "libc.malloc").
/// <paramref name="File"/> is null and <paramref name="Line"/> 0 where the assembly came without symbols.
/// </summary>
public sealed record CallSite(int Id, string Assembly, string Type, string Method, string Api, string? File, int Line)
{
    /// <summary>Stands for calls whose site is not in the table: reflection, other processes' tables, id 0.</summary>
    public static CallSite Unknown(int id) => new(id, "", "", "", "", null, 0);

    public bool IsUnknown => Method.Length == 0;

    /// <summary>The type's name without its namespace.</summary>
    public string ShortType => Type[(Type.LastIndexOf('.') + 1)..];

    /// <summary>The file without its folders; null without symbols.</summary>
    public string? FileName => File == null ? null : NameOf(File);

    /// <summary>"File.cs:12 Method", or "Assembly!Type.Method" where there are no symbols; native code has no type.</summary>
    public string Display => IsUnknown ? (Id == 0 ? "(unknown site)" : $"(unknown site {Id})")
        : File == null ? $"{Assembly}!{(Type.Length == 0 ? "" : ShortType + ".")}{Method}"
        : $"{NameOf(File)}:{Line} {Method}";

    /// <summary>Symbols made on Windows carry backslashes, so Path.GetFileName would not do.</summary>
    private static string NameOf(string path) => path[(path.LastIndexOfAny(['/', '\\']) + 1)..];
}

/// <summary>The call sites of one routed program, by id. Ids are positive and unique (ArgumentException otherwise).</summary>
public sealed class SiteTable
{
    private readonly Dictionary<int, CallSite> _byId = [];

    public static readonly SiteTable Empty = new([]);

    public SiteTable(IEnumerable<CallSite> sites)
    {
        List<CallSite> ordered = [.. sites];
        ordered.Sort((a, b) => a.Id.CompareTo(b.Id));
        foreach (CallSite site in ordered)
        {
            if (site.Id is <= 0 or >= SessionLayout.SiteCapacity)
                throw new ArgumentException($"site id {site.Id} is outside of 1…{SessionLayout.SiteCapacity - 1}", nameof(sites));
            if (!_byId.TryAdd(site.Id, site))
                throw new ArgumentException($"{_byId[site.Id].Display} and {site.Display} have the same site id {site.Id}", nameof(sites));
        }

        Sites = ordered;
    }

    /// <summary>All sites, by rising id.</summary>
    public IReadOnlyList<CallSite> Sites { get; }

    /// <summary>The site with that id; one that says "unknown" where there is none.</summary>
    public CallSite Get(int id) => _byId.TryGetValue(id, out CallSite? site) ? site : CallSite.Unknown(id);
}
