using Faultline.TestSupport;

namespace Faultline.Architecture.Tests;

/// <summary>The layer table: which project may reference which. There are no other references, and none upward.</summary>
public class LayerTests
{
    private const string ApiTable = "the API table";

    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Faultline.Kernel"] = [],
        ["Faultline.Libc"] = ["Faultline.Kernel"],
        ["Faultline.Tracing"] = ["Faultline.Kernel", "Faultline.Libc"],
        ["Faultline.Shim"] = ["Faultline.Kernel", "Faultline.Libc", "Faultline.Tracing", ApiTable],
        ["Faultline.Reporting"] = ["Faultline.Kernel", "Faultline.Libc", "Faultline.Tracing"],
        // It carries a script of megabytes: of what is packed, the tool's package alone has it.
        ["Faultline.Reporting.Html"] = ["Faultline.Tracing", "Faultline.Reporting"],
        ["Faultline.Weaver"] = [ApiTable],
        ["Faultline.Interceptors"] = [ApiTable],
        ["Faultline.Routing"] = ["Faultline.Shim", "Faultline.Reporting", "Faultline.Interceptors"],
        ["Faultline.Analyzers"] = [ApiTable],
        ["Faultline.CodeFixes"] = ["Faultline.Analyzers", ApiTable],
        ["Faultline.Rules"] = ["Faultline.Analyzers", "Faultline.CodeFixes"],
        ["Faultline.Tool"] =
        [
            "Faultline.Kernel", "Faultline.Libc", "Faultline.Tracing", "Faultline.Shim", "Faultline.Reporting", "Faultline.Reporting.Html", "Faultline.Weaver",
            "Faultline.Interceptors", "Faultline.Analyzers", "Faultline.CodeFixes", ApiTable,
        ],
        ["Faultline.Testing"] = ["Faultline.Shim", "Faultline.Reporting", "Faultline.Routing"],
        ["Faultline.BenchmarkDotNet"] = ["Faultline.Shim", "Faultline.Reporting", "Faultline.Routing"],
    };

    /// <summary>These load into the user's process, where a package of ours could meet another version of the same package.</summary>
    private static readonly string[] WithoutPackages = ["Faultline.Kernel", "Faultline.Libc", "Faultline.Tracing", "Faultline.Shim"];

    public static TheoryData<string> SourceProjects => [.. ProjectFile.Below("src").Select(project => project.Name)];

    [Theory]
    [MemberData(nameof(SourceProjects))]
    public void A_project_references_only_what_the_table_allows(string name)
    {
        ProjectFile project = ProjectFile.Below("src").Single(project => project.Name == name);
        Assert.True(Allowed.ContainsKey(name), $"{name} is not in the layer table");
        Assert.Empty(project.ProjectReferences.Except(Allowed[name]));
        bool linksTable = project.LinkedSources.Any(source => source.Contains("Shared/", StringComparison.Ordinal));
        Assert.True(!linksTable || Allowed[name].Contains(ApiTable), $"{name} links the API table, which the layer table does not allow");
        Assert.DoesNotContain(project.LinkedSources, source => !source.Contains("Shared/", StringComparison.Ordinal));
    }

    [Fact]
    public void What_loads_into_the_user_s_process_depends_on_no_package()
    {
        ProjectFile[] projects = [.. ProjectFile.Below("src").Where(project => WithoutPackages.Contains(project.Name))];
        Assert.Equal(WithoutPackages.Length, projects.Length);
        Assert.All(projects, project => Assert.Empty(project.PackageReferences));
        Assert.Empty(new ProjectFile(Repository.Path("Directory.Build.props")).PackageReferences);
    }

    [Fact]
    public void No_source_project_references_a_test_or_a_sample()
        => Assert.All(ProjectFile.Below("src"), project => Assert.All(project.ProjectReferencePaths, path => Assert.StartsWith(Repository.Path("src") + "/", path)));

    [Fact]
    public void References_lead_to_projects_that_exist()
        => Assert.All(ProjectFile.Below("src").Concat(ProjectFile.Below("tests")), project => Assert.All(project.ProjectReferencePaths, path => Assert.True(File.Exists(path), path)));

    [Fact]
    public void The_solution_holds_every_source_and_test_project()
    {
        string solution = File.ReadAllText(Repository.Path("Analyzers.sln")).Replace('\\', '/');
        Assert.All(
            ProjectFile.Below("src").Concat(ProjectFile.Below("tests")),
            project => Assert.Contains(Path.GetRelativePath(Repository.Root, project.Path), solution));
    }
}
