using Faultline.Weaver.Applications;

namespace Faultline.Weaver.Tests.Support;

/// <summary>
/// One program that uses a package with native allocations, published by the SDK in several shapes by one build. The runtime and the
/// ReadyToRun compiler come from the package registry.
/// </summary>
internal static class PublishedApplication
{
    private static readonly Lazy<string> Project = new(Write);
    private static readonly Lazy<string?> RestoreProblem = new(Restore);
    private static readonly Lazy<string> Output = new(Publish);

    /// <summary>Why nothing can be published here, or null.</summary>
    public static string? WhyNot => RestoreProblem.Value;

    /// <summary>The executable of a shape.</summary>
    public static string Executable(string shape) => Path.Combine(Output.Value, shape, "App");

    /// <summary>Any other failure than the package manager's is left for the publishing to run into.</summary>
    private static string? Restore() => Build("Restore").Output.Split('\n').FirstOrDefault(line => line.Contains("error NU"))?.Trim();

    private static string Publish()
    {
        ProcessResult result = Build("Shapes");
        Assert.True(result.ExitCode == 0, result.Output);
        return Path.Combine(Project.Value, "out");
    }

    /// <summary>Build servers would outlive the tests.</summary>
    private static ProcessResult Build(string target)
    {
        Dictionary<string, string> environment = new() { ["MSBUILDDISABLENODEREUSE"] = "1", ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0" };
        string[] arguments = ["msbuild", "Shapes.proj", $"-t:{target}", "-v:m", "-nologo", "-p:UseSharedCompilation=false"];
        return ProcessResult.Run(DotnetHost.Find(), arguments, environment, Project.Value);
    }

    private static string Write()
    {
        string folder = TemporaryFolder.Create("published");
        foreach (string file in (string[])["Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props"])
            File.WriteAllText(Path.Combine(folder, file), "<Project />");
        File.WriteAllText(Path.Combine(folder, "App.csproj"), AppProject);
        File.WriteAllText(Path.Combine(folder, "Shapes.proj"), ShapesProject);
        File.WriteAllText(Path.Combine(folder, "Program.cs"), Program);
        File.WriteAllText(Path.Combine(folder, "data.txt"), "beside the executable, in every shape");
        return folder;
    }

    private const string AppProject = """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <ImplicitUsings>enable</ImplicitUsings>
            <InvariantGlobalization>true</InvariantGlobalization>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="ZstdSharp.Port" Version="0.8.8" />
            <Content Include="data.txt" CopyToPublishDirectory="Always" ExcludeFromSingleFile="true" />
          </ItemGroup>
        </Project>
        """;

    private const string ShapesProject = """
        <Project>
          <PropertyGroup>
            <Common>Configuration=Release;RuntimeIdentifier=linux-x64</Common>
          </PropertyGroup>
          <ItemGroup>
            <Shape Include="ReadyToRun" Switches="SelfContained=false;PublishReadyToRun=true" />
            <Shape Include="Composite" Switches="SelfContained=false;PublishReadyToRun=true;PublishReadyToRunComposite=true" />
            <Shape Include="SelfContained" Switches="SelfContained=true" />
            <Shape Include="SingleFile" Switches="SelfContained=false;PublishSingleFile=true" />
            <Shape Include="SingleFileSelfContained" Switches="SelfContained=true;PublishSingleFile=true;EnableCompressionInSingleFile=true" />
          </ItemGroup>
          <Target Name="Restore">
            <MSBuild Projects="App.csproj" Targets="Restore" Properties="$(Common);SelfContained=true;PublishReadyToRun=true" />
          </Target>
          <Target Name="Shapes">
            <MSBuild Projects="App.csproj" Targets="Publish"
              Properties="$(Common);%(Shape.Switches);PublishDir=out/%(Shape.Identity)/;OutDir=bin/%(Shape.Identity)/;IntermediateOutputPath=obj/%(Shape.Identity)/" />
          </Target>
        </Project>
        """;

    private const string Program = """
        using System.Runtime.InteropServices;
        Marshal.FreeHGlobal(Marshal.AllocHGlobal(100));
        using (var compressor = new ZstdSharp.Compressor())
            Console.WriteLine(compressor.Wrap(new byte[100_000]).Length);
        Console.WriteLine(File.Exists(Path.Combine(AppContext.BaseDirectory, "data.txt")));
        Console.WriteLine(string.Join("|", args));
        return 3;
        """;
}

/// <summary>A theory over the shapes; skipped, with what the package manager said, where their packages cannot be had.</summary>
public sealed class PublishedTheoryAttribute : TheoryAttribute
{
    public PublishedTheoryAttribute()
    {
        if (PublishedApplication.WhyNot is { } reason)
            Skip = "SKIPPED: the packages for publishing cannot be restored: " + reason;
    }
}
