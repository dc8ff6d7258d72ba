using Faultline.Tracing.Session;

namespace Faultline.Reporting;

/// <summary>
/// The measured profile of a program that the compiler routed, written by itself at its end as <c>faultline run --profile</c> does. The compiler knew the source
/// keys of the sites; what takes a replay of the run (sizes, lifetimes, pinning) is left out, since the program has no recording to measure.
/// </summary>
internal static class OwnProfile
{
    /// <summary>Names the file.</summary>
    private const string Variable = "FAULTLINE_PROFILE";

    private const string NotRecorded = "the program wrote its profile itself: sizes, lifetimes and pinning are not known (faultline run --profile knows them)";

    /// <summary>What cannot be written is said on standard error.</summary>
    public static void Write(Report report, OwnRun run)
    {
        if (run.Profile is not { } named)
            return;
        try
        {
            if (!named.EndsWith(MeasuredProfileJson.Extension, StringComparison.Ordinal))
                Console.Error.WriteLine($"faultline: no profile: {Variable}={named}: a profile's name ends in {MeasuredProfileJson.Extension}, by which the rules find it");
            else
                WriteFile(report, run, named);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"faultline: no profile: {Variable}={named}: {failure.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static void WriteFile(Report report, OwnRun run, string named)
    {
        using OwnFile? file = OwnFile.Create(named, Variable);
        if (file == null)
            return;
        MeasuredProfile profile = MeasuredProfileBuilder.Build(report, Names(run), measured: null, NotRecorded);
        MeasuredProfileJson.Write(profile, file.Stream, Path.GetDirectoryName(Path.GetFullPath(named))!);
        file.Commit();
        Console.Error.WriteLine($"faultline: profile of {profile.Sites.Count} call sites written to {named}");
    }

    private static Dictionary<int, SiteIdentity> Names(OwnRun run)
        => run.Keys.ToDictionary(key => key.Id, key => new SiteIdentity(key.Key, key.Member, key.Statement, key.Ordinal, null));
}
