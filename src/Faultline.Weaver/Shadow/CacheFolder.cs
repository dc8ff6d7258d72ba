// The cache: bundles/ (single files taken apart), woven/ (rewritten assemblies), shadows/ (copies of applications), plans/ (how to start a
// copy that is still current). Every entry is a folder named by what it was made of, so it never changes once it is there: it is made
// under a temporary name and renamed, and whoever comes second throws his own away.

namespace Faultline.Weaver.Shadow;

internal sealed class CacheFolder
{
    public CacheFolder(string? asked)
    {
        Root = Path.GetFullPath(asked ?? Default());
        try
        {
            Directory.CreateDirectory(Root);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UnsupportedApplicationException($"cannot write to the cache folder {Root}: {e.Message} (set XDG_CACHE_HOME to another)", e);
        }
    }

    public string Root { get; }

    public string EntryPath(string kind, string key) => Path.Combine(Root, kind, key);

    /// <summary>The entry's folder; <paramref name="make"/> fills it, given an empty one, if there is no such entry yet.</summary>
    public string GetOrAdd(string kind, string key, Action<string> make)
    {
        string entry = EntryPath(kind, key);
        if (Directory.Exists(entry))
        {
            Touch(entry);
            return entry;
        }

        string unfinished = $"{entry}.{Environment.ProcessId}.{Guid.NewGuid():N}{CacheCleaner.UnfinishedSuffix}";
        Directory.CreateDirectory(unfinished);
        try
        {
            make(unfinished);
            Directory.Move(unfinished, entry);
        }
        catch (IOException) when (Directory.Exists(entry))
        {
            // Another run made the same entry in the meantime.
            Directory.Delete(unfinished, recursive: true);
        }
        catch
        {
            Directory.Delete(unfinished, recursive: true);
            throw;
        }

        return entry;
    }

    /// <summary>Marks the entry as used now, which is what the cleaner goes by.</summary>
    public static void Touch(string entry)
    {
        try
        {
            Directory.SetLastWriteTimeUtc(entry, DateTime.UtcNow);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A cache that only others may write to still serves; its entries then age as if unused.
        }
    }

    private static string Default()
    {
        string? home = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        if (string.IsNullOrEmpty(home) || !Path.IsPathRooted(home))
            home = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        return Path.Combine(home, "faultline");
    }
}
