using Faultline.Reporting;
using Faultline.Sites;
using Faultline.Tracing.Session;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Faultline.Tool.Profiling;

/// <summary>
/// Names a program's call sites by its source. A source that is not there, or was changed after the program was built, names nothing: its lines
/// may be those of other statements by now.
/// </summary>
internal sealed class SiteNaming
{
    private readonly Func<string, DateTime?> _builtAt;
    private readonly Dictionary<string, (SourceFile? Source, string? Reason)> _files = [];

    /// <param name="builtAt">When an assembly was built or, where that is not known, when it ran; null: nothing is known.</param>
    public SiteNaming(Func<string, DateTime?> builtAt) => _builtAt = builtAt;

    /// <summary>By site id.</summary>
    public static IReadOnlyDictionary<int, SiteIdentity> Of(SiteTable sites, Func<string, DateTime?> builtAt) => new SiteNaming(builtAt).Name(sites);

    private Dictionary<int, SiteIdentity> Name(SiteTable sites)
    {
        Dictionary<int, SiteIdentity> names = [];
        foreach (IGrouping<(string?, int, string), CallSite> line in sites.Sites.GroupBy(site => (site.File, site.Line, site.Api)))
        {
            CallSite[] here = [.. line];
            (IReadOnlyList<InvocationExpressionSyntax> calls, string? reason) = CallsOf(here[0]);
            for (int i = 0; i < here.Length; i++)
                names[here[i].Id] = Identify(calls, i, here, reason);
        }

        return names;
    }

    /// <summary>Sites of one line come in the order of the program's code, which is that in which the calls end in the source.</summary>
    private static SiteIdentity Identify(IReadOnlyList<InvocationExpressionSyntax> calls, int index, CallSite[] sites, string? reason)
    {
        if (reason != null)
            return SiteIdentity.Unknown(reason);
        if (calls.Count != sites.Length && calls.Count != 1)
            return SiteIdentity.Unknown($"the line has {calls.Count} calls that may be meant, the program {sites.Length}");
        SiteKey key = SiteKeys.Of(calls.Count == 1 ? calls[0] : calls[index], sites[index].Api);
        return new(key.Text, key.Member, key.Statement, key.Ordinal, null);
    }

    private (IReadOnlyList<InvocationExpressionSyntax> Calls, string? Reason) CallsOf(CallSite site)
    {
        if (site.File == null)
            return ([], "its assembly has no symbols");
        if (!site.File.EndsWith(".cs", StringComparison.OrdinalIgnoreCase))
            return ([], "its source is not C#");
        if (!_files.TryGetValue(site.File, out (SourceFile? Source, string? Reason) file))
            _files.Add(site.File, file = Open(site));
        if (file.Source == null)
            return ([], file.Reason);
        IReadOnlyList<InvocationExpressionSyntax> calls = file.Source.CallsAt(site.Line, site.Api);
        return (calls, calls.Count == 0 ? $"its source has no call of {site.Api} in a statement that starts on line {site.Line}" : null);
    }

    private (SourceFile? Source, string? Reason) Open(CallSite site)
    {
        string path = site.File!;
        try
        {
            if (!File.Exists(path))
                return (null, "its source file is not there");
            if (_builtAt(site.Assembly) is { } built && File.GetLastWriteTimeUtc(path) > built)
                return (null, "its source file was changed after the program was built");
            return (new SourceFile(path, File.ReadAllText(path)), null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, $"its source file cannot be read: {e.Message.ReplaceLineEndings(" ")}");
        }
    }
}
