using Faultline.Tracing.Session;

namespace Faultline.Reporting;

/// <summary>Names the models behind the numbers.</summary>
public static class ProfileBuilder
{
    public const string KernelProfile = ModelNames.Kernel;

    internal static Profile Build(SessionReading session, ReplayFacts? replay)
    {
        SessionHeader header = session.Header;
        (string name, string text) = replay == null ? (ModelNames.Observer(header.Observer), Observer(header.Observer)) : (replay.Touches, replay.TouchesText);
        return new(
            header.Libc.Name,
            session.NotesOf("threads").FirstOrDefault(),
            KernelProfile,
            header.RamBytes,
            header.Cpus,
            4096,
            Thp(header.ThpPolicy),
            name,
            session.NotesOf("observer").FirstOrDefault() ?? text)
        {
            HostLibc = session.NotesOf("host-libc").FirstOrDefault(),
        };
    }

    private static string Thp(uint policy) => policy switch
    {
        0 => "never",
        1 => "madvise",
        2 => "always",
        _ => $"policy {policy}",
    };

    private static string Observer(ObserverKind kind) => kind switch
    {
        ObserverKind.PagemapScan => "observed: the blocks' real pages, read with PAGEMAP_SCAN",
        ObserverKind.Pagemap => "observed: the blocks' real pages, read from /proc/self/pagemap",
        ObserverKind.Mincore => "observed: the blocks' real pages, read with mincore, which does not tell written pages from pages that were only read",
        ObserverKind.Assumed => "assumed: every requested byte counts as written when its block is allocated",
        _ => "none: nothing is known about which pages were touched",
    };
}
