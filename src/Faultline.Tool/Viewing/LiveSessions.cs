using System.Globalization;
using Faultline.Tracing.Session;

namespace Faultline.Tool.Viewing;

/// <summary>Sessions of programs that run under <c>faultline run</c> on this machine now.</summary>
internal static class LiveSessions
{
    private const string Link = "/memfd:faultline-session (deleted)";

    /// <summary>Each program's session once, by process number. What belongs to other users is not seen.</summary>
    public static IReadOnlyList<SessionFile> Find(int? wanted)
    {
        SortedDictionary<int, SessionFile> found = [];
        foreach (string folder in Directory.EnumerateDirectories("/proc").Where(IsProcess))
            foreach (string descriptor in Descriptors(folder))
                Add(found, descriptor, wanted);
        return [.. found.Values];
    }

    private static void Add(SortedDictionary<int, SessionFile> found, string descriptor, int? wanted)
    {
        if (Target(descriptor) != Link || SessionFile.TryWatch(descriptor) is not { } session)
            return;
        int pid = Pid(session);
        if (pid != 0 && (wanted == null || wanted == pid) && found.TryAdd(pid, session))
            return;
        session.Dispose();
    }

    private static unsafe int Pid(SessionFile session) => session.Header->ProcessId;

    private static bool IsProcess(string folder) => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static string[] Descriptors(string folder)
    {
        try
        {
            return Directory.GetFiles(Path.Combine(folder, "fd"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string? Target(string descriptor)
    {
        try
        {
            return new FileInfo(descriptor).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
