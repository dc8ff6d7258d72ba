using Faultline.Weaver.Tests.Support;

namespace Faultline.Weaver.Tests;

/// <summary>Applications as the SDK publishes them, started by their executable.</summary>
public class PublishedTests
{
    [PublishedTheory]
    [InlineData("ReadyToRun", ApplicationShape.FrameworkDependent)]
    [InlineData("Composite", ApplicationShape.FrameworkDependent)]
    [InlineData("SelfContained", ApplicationShape.SelfContained)]
    [InlineData("SingleFile", ApplicationShape.SingleFileFrameworkDependent)]
    [InlineData("SingleFileSelfContained", ApplicationShape.SingleFileSelfContained)]
    public void A_published_application_runs_routed(string shape, ApplicationShape expected)
    {
        string executable = PublishedApplication.Executable(shape);
        ProcessResult plain = ProcessResult.Run(executable, ["a", "b c"]);
        LaunchPlan plan = ApplicationWeaver.Prepare(
            new ApplicationTarget(executable, ["a", "b c"]), new WeaverOptions { ShimFolder = RecordingShim.Folder, CacheFolder = TemporaryFolder.Create("cache") });
        RoutedRun routed = RoutedRun.Run(plan);

        Assert.Equal(plain.Output, routed.Result.Output);
        Assert.Equal(3, routed.Result.ExitCode);
        Assert.Equal(expected, plan.Summary.Shape);
        Assert.Equal(["ZstdSharp", "App"], plan.Summary.Routed.Select(assembly => assembly.Name));
        Assert.Empty(plan.Summary.NotRouted);
        Assert.Equal(2, routed.CallsBySite.Where(call => routed.Site(call.Key).Display == "Program.cs:2 Main").Sum(call => call.Value));
        Assert.Equal(4, routed.CallsBySite.Where(call => routed.Site(call.Key).Assembly == "ZstdSharp").Sum(call => call.Value));

        string[] notes = shape switch
        {
            "Composite" => ["a composite ReadyToRun image: run without any precompiled code, so it starts more slowly"],
            "SingleFileSelfContained" => ["self-contained, but run on the installed .NET: its own runtime is linked into the single file"],
            _ => [],
        };
        Assert.Equal(notes, plan.Summary.Notes);
        Assert.Equal(shape == "Composite", plan.Environment.ContainsKey("DOTNET_ReadyToRun"));
        Assert.Equal(expected == ApplicationShape.SelfContained, Path.GetFileName(plan.FileName) == "App");
    }
}
