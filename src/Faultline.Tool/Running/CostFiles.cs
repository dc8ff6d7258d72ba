using Faultline.Reporting;
using Faultline.Tool.Profiling;
using Faultline.Tracing.Replay;
using Faultline.Tracing.Session;

namespace Faultline.Tool.Running;

/// <summary>What <c>check</c> and <c>diff</c> are about: a report's JSON, a profile or a trace, told by content.</summary>
internal static class CostFiles
{
    /// <summary>Throws <see cref="UsageException"/> with one line where the file is none of them or cannot be read.</summary>
    public static CostResult Open(string path, TextWriter error)
    {
        try
        {
            return IsJson(path) ? WithKeys(CostResultReader.Read(File.ReadAllBytes(path), path, ProfileOutput.FolderOf(path)), path) : OfTrace(path, error);
        }
        catch (FormatException e)
        {
            throw new UsageException($"{path}: {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"cannot read {path}: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    /// <summary>No trace starts with a brace. A pipe is a trace: what was looked at would be gone.</summary>
    /// <exception cref="UsageException">There is no such file, or it cannot be read.</exception>
    public static bool IsJson(string path)
    {
        if (Directory.Exists(path))
            throw new UsageException($"{path} is a folder: give a report's JSON, a profile or a trace");
        if (!File.Exists(path))
            throw new UsageException($"no such file: {path}");
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return file.CanSeek && file.ReadByte() == '{';
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"cannot read {path}: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static CostResult OfTrace(string path, TextWriter error)
    {
        ReplayedTrace replayed = ReplayedTrace.Run(path, new ReplayOptions { Measures = true, TraceName = Path.GetFileName(path) }, assumes: false, overrides: false, error);
        Report report = replayed.Report();
        return CostResultReader.Of(replayed.Profile(report), path, report.Findings);
    }

    /// <summary>A report has lines and no keys: they are found in the sources, as far as these are older than it.</summary>
    private static CostResult WithKeys(CostResult result, string path)
    {
        if (result.Sites.Any(site => site.Key != null))
            return result;
        DateTime written = File.GetLastWriteTimeUtc(path);
        IEnumerable<CallSite> sites = result.Sites.Select(site => site.Site).Where(site => site.Id > 0).DistinctBy(site => site.Id);
        IReadOnlyDictionary<int, SiteIdentity> names = SiteNaming.Of(new SiteTable(sites), _ => written);
        return result with { Sites = [.. result.Sites.Select(site => site with { Key = names.GetValueOrDefault(site.Site.Id)?.Key })] };
    }
}
