namespace Faultline.Weaver.Shadow;

/// <summary>
/// Keeps the cache below its limit by removing the entries that were used longest ago. An entry is spared that was used in the last
/// minutes, or that a running process was started from (its path is in the process's command line): such a program may load more files.
/// </summary>
internal sealed class CacheCleaner(string root, long limitBytes)
{
    public const string UnfinishedSuffix = ".unfinished";

    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Abandoned = TimeSpan.FromHours(1);
    private static readonly TimeSpan Forgotten = TimeSpan.FromDays(30);
    private static readonly string[] Kinds = ["bundles", "woven", "shadows"];

    public void Clean(DateTime nowUtc)
    {
        List<(DirectoryInfo Folder, long Bytes)> entries = [.. Entries().Select(folder => (folder, SizeOf(folder)))];
        long total = entries.Sum(entry => entry.Bytes);
        List<string>? running = null;
        foreach ((DirectoryInfo folder, long bytes) in entries.OrderBy(entry => entry.Folder.LastWriteTimeUtc))
        {
            TimeSpan unused = nowUtc - folder.LastWriteTimeUtc;
            bool abandoned = folder.Name.EndsWith(UnfinishedSuffix, StringComparison.Ordinal) && unused > Abandoned;
            if (!abandoned && (total <= limitBytes || unused < Fresh))
                continue;
            running ??= CommandLines();
            if (running.Exists(line => line.Contains(folder.FullName, StringComparison.Ordinal)))
                continue;
            TryDelete(folder);
            total -= bytes;
        }

        // A plan is small, but there is one for each application that was ever run. Without it a start takes longer once.
        foreach (FileInfo plan in new DirectoryInfo(Path.Combine(root, "plans")) is { Exists: true } plans ? plans.EnumerateFiles() : [])
            if (nowUtc - plan.LastWriteTimeUtc > Forgotten)
                TryDelete(plan);
    }

    private IEnumerable<DirectoryInfo> Entries()
        => Kinds.Select(kind => new DirectoryInfo(Path.Combine(root, kind))).Where(kind => kind.Exists).SelectMany(kind => kind.EnumerateDirectories());

    /// <summary>Links count nothing: what they lead to is not the cache's.</summary>
    private static long SizeOf(DirectoryInfo folder)
    {
        EnumerationOptions ownFiles = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        return folder.EnumerateFiles("*", ownFiles).Sum(file => file.Length);
    }

    private static List<string> CommandLines()
    {
        List<string> lines = [];
        foreach (string process in Directory.EnumerateDirectories("/proc"))
        {
            try
            {
                if (char.IsAsciiDigit(Path.GetFileName(process)[0]))
                    lines.Add(File.ReadAllText(Path.Combine(process, "cmdline")));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The process ended, or is another user's and then not started from this user's cache.
            }
        }

        return lines;
    }

    private static void TryDelete(FileSystemInfo entry)
    {
        try
        {
            if (entry is DirectoryInfo folder)
                folder.Delete(recursive: true);
            else
                entry.Delete();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another run is removing it too.
        }
    }
}
