using Faultline.Reporting;

namespace Faultline.Tool.Running;

/// <summary>The build server that the tool runs on, as far as it has to be told something. Only GitHub Actions is known by its variables.</summary>
/// <param name="IsActions">Workflow commands are read from the output.</param>
/// <param name="SummaryPath">File that the step's summary is appended to; null for none.</param>
/// <param name="Root">Folder of the repository.</param>
internal sealed record BuildHost(bool IsActions, string? SummaryPath, string Root)
{
    public static BuildHost FromEnvironment() => new(
        Environment.GetEnvironmentVariable("GITHUB_ACTIONS") == "true",
        Environment.GetEnvironmentVariable("GITHUB_STEP_SUMMARY") is { Length: > 0 } summary ? summary : null,
        Environment.GetEnvironmentVariable("GITHUB_WORKSPACE") is { Length: > 0 } workspace ? workspace : Directory.GetCurrentDirectory());

    /// <summary>
    /// Annotations to standard error, which Actions reads as well, so that standard output stays what was asked for. A summary that cannot be written is
    /// told, and does not change what the check found.
    /// </summary>
    public void Tell(CostResult result, IReadOnlyList<LimitCheck> checks, TextWriter error)
    {
        if (IsActions)
            foreach (string annotation in ActionsText.Annotations(checks, Root))
                error.WriteLine(annotation);
        if (SummaryPath == null)
            return;
        try
        {
            File.AppendAllText(SummaryPath, ActionsText.Summary(result, checks));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"faultline: the step's summary cannot be written: {e.Message.ReplaceLineEndings(" ")}");
        }
    }
}
