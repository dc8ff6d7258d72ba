using System.Diagnostics;
using Faultline.TestSupport;

namespace Faultline.Benchmarks;

/// <summary>Builds the program whose pairs are timed (RouteCostProgram.txt), in a folder outside of the repository, with the build files that the package Faultline.Shim brings.</summary>
internal static class RouteCostProject
{
    /// <summary>The built program. Throws <see cref="InvalidOperationException"/> with what the build said where it fails.</summary>
    /// <param name="folder">For it, empty.</param>
    /// <param name="hasPackage">Whether the package's build files are there.</param>
    /// <param name="isRouted">FaultlineRouting.</param>
    public static string Build(string folder, bool hasPackage, bool isRouted)
    {
        Directory.CreateDirectory(folder);
        File.Copy(Repository.Path("tests", "Faultline.Benchmarks", "RouteCostProgram.txt"), Path.Combine(folder, "Program.cs"));
        File.WriteAllText(Path.Combine(folder, "App.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <AllowUnsafeBlocks>true</AllowUnsafeBlocks>
                <UseAppHost>false</UseAppHost>
                <FaultlineRouting>{(isRouted ? "true" : "false")}</FaultlineRouting>
                <FaultlineAssemblies>{Output("Faultline.Routing", "net10.0")}/</FaultlineAssemblies>
                <FaultlineInterceptors>{Output("Faultline.Interceptors", "netstandard2.0")}/Faultline.Interceptors.dll</FaultlineInterceptors>
              </PropertyGroup>
              {Import(hasPackage, "Faultline.Shim.props")}
            </Project>
            """);
        // Where the package's targets are read too.
        File.WriteAllText(Path.Combine(folder, "Directory.Build.targets"), $"<Project>{Import(hasPackage, "Faultline.Shim.targets")}</Project>");
        ProcessStartInfo start = new("dotnet", ["build", folder, "-c", "Release", "-v", "q", "-nologo", "-nodeReuse:false"]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? Path.Combine(folder, "bin", "Release", "net10.0", "App.dll")
            : throw new InvalidOperationException($"the program could not be built: {output}");
    }

    private static string Import(bool hasPackage, string file)
        => hasPackage ? $"<Import Project=\"{Repository.Path("src", "Faultline.Routing", "build", file)}\" />" : "";

    private static string Output(string project, string framework) => Repository.Path("src", project, "bin", "Release", framework);
}
