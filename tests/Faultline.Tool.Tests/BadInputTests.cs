using Faultline.TestSupport;

namespace Faultline.Tool.Tests;

/// <summary>Wrong input ends with exit code 2 and one line that has the offending value in it, before anything was started.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("faultline-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("no verb given")]
    [InlineData("'rum' is no verb (did you mean run?)", "rum")]
    [InlineData("'rnu' is no verb (did you mean run?)", "rnu")]
    [InlineData("'repaly' is no verb (did you mean replay?)", "repaly", "x.fltrace")]
    [InlineData("'frobnicate' is no verb;", "frobnicate")]
    [InlineData("unknown option --foo", "--foo")]
    [InlineData("no program given", "run")]
    [InlineData("no such file or folder: nowhere/app.dll", "run", "nowhere/app.dll")]
    [InlineData("no such file or folder: nowhere/app.dll", "run", "--", "nowhere/app.dll", "-x")]
    [InlineData("without 'dotnet' before it", "run", "dotnet", "app.dll")]
    [InlineData("unknown option --topp (did you mean --top?)", "run", "--topp", "5", "app.dll")]
    [InlineData("unknown option --input; if it is for the program, put it after --", "run", "app.dll", "--input", "x")]
    [InlineData("unknown option -x", "run", "app.dll", "-x")]
    [InlineData("--ram 12Q is not a size", "run", "--ram", "12Q", "app.dll")]
    [InlineData("--ram 1K is outside", "run", "--ram", "1K", "app.dll")]
    [InlineData("--ram 32T is outside", "run", "--ram", "32T", "app.dll")]
    [InlineData("--top 0 is not a positive number", "run", "--top", "0", "app.dll")]
    [InlineData("--top -3 is not a positive number", "run", "--top", "-3", "app.dll")]
    [InlineData("--top many is not a positive number", "run", "--top", "many", "app.dll")]
    [InlineData("--cpus 0 is not a number from 1 to 1024", "run", "--cpus", "0", "app.dll")]
    [InlineData("--thp sometimes is none of never, madvise, always", "run", "--thp", "sometimes", "app.dll")]
    [InlineData("--libc 2.41 is none of glibc-2.36, ", "run", "--libc", "2.41", "app.dll")]
    [InlineData("--libc 2.41 is none of glibc-2.36, ", "replay", "--libc", "2.41", "a.trace")]
    [InlineData("--vary libc: '2.41' is not allowed; it takes glibc-2.36, ", "whatif", "--vary", "libc=2.41", "a.trace")]
    [InlineData("--tunables: 'glibc.malloc.top_pad=64K' is nothing that glibc-2.41 takes", "replay", "--libc", "glibc-2.41", "--tunables", "glibc.malloc.top_pad=64K", "a.trace")]
    [InlineData("--stacks some is none of off, sample, sample:BYTES", "run", "--stacks", "some", "app.dll")]
    [InlineData("--stacks all needs --trace FILE", "run", "--stacks", "all", "app.dll")]
    [InlineData("--observer guess is none of observe, assume", "run", "--observer", "guess", "app.dll")]
    [InlineData("'--ram'", "run", "--ram")]
    [InlineData("'--top'", "run", "--top", "1", "--top", "2", "app.dll")]
    public void IsOneLine(string expected, params string[] arguments) => Assert.Contains(expected, ErrorOf(arguments));

    [Fact]
    public void AFolderNeedsOneProject()
    {
        Assert.Contains("has no project file", ErrorOf("run", _folder));
        File.WriteAllText(Path.Combine(_folder, "a.csproj"), "<Project/>");
        File.WriteAllText(Path.Combine(_folder, "b.fsproj"), "<Project/>");
        Assert.Contains("has 2 project files (a.csproj, b.fsproj)", ErrorOf("run", _folder));
    }

    [Theory]
    [InlineData("x.sln", "is a solution")]
    [InlineData("x.slnx", "is a solution")]
    [InlineData("x.cs", "is a source file")]
    public void WhatIsNoProgramIsNamed(string name, string expected)
    {
        File.WriteAllText(Path.Combine(_folder, name), "");
        Assert.Contains(expected, ErrorOf("run", Path.Combine(_folder, name)));
    }

    [Fact]
    public void AFileThatIsNoAssemblyIsRefused()
    {
        string file = Path.Combine(_folder, "app.dll");
        File.WriteAllText(file, "not an assembly");
        Assert.Contains(file, ErrorOf("run", "--quiet", file));
    }

    [Fact]
    public void ALibraryProjectIsRefusedBeforeItIsBuilt()
    {
        string project = Repository.Path("src", "Faultline.Kernel", "Faultline.Kernel.csproj");
        Assert.Contains("makes a library", ErrorOf("run", "--quiet", project));
    }

    [Fact]
    public void AProjectThatDoesNotBuildShowsTheCompilersErrors()
    {
        File.WriteAllText(Path.Combine(_folder, "Broken.csproj"),
            "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><TargetFramework>net10.0</TargetFramework><OutputType>Exe</OutputType></PropertyGroup></Project>");
        File.WriteAllText(Path.Combine(_folder, "Program.cs"), "return 1 +;");
        (int exitCode, string error) = Run("run", "--quiet", _folder);
        Assert.Equal(2, exitCode);
        Assert.Contains("does not build", error);
        Assert.Contains("Program.cs(1,11): error CS1525", error);
    }

    [Fact]
    public void AnExistingReportIsNotOverwritten()
    {
        string report = Path.Combine(_folder, "report.txt");
        File.WriteAllText(report, "precious");
        Assert.Contains("exists: give another name, or --force", ErrorOf("run", "--output", report, "nowhere.dll"));
        Assert.Equal("precious", File.ReadAllText(report));
    }

    [Fact]
    public void AReportThatCannotBeWrittenIsToldFirst()
    {
        Assert.Contains("is a folder", ErrorOf("run", "--output", _folder, "nowhere.dll"));
        Assert.Contains("no/where.txt", ErrorOf("run", "--output", Path.Combine(_folder, "no/where.txt"), "nowhere.dll"));
        // Root may write anywhere but here.
        Assert.Contains("/proc/report.txt", ErrorOf("run", "--output", "/proc/report.txt", "nowhere.dll"));
    }

    /// <summary>A program that cannot be started leaves no temporary file.</summary>
    [Fact]
    public void NothingIsLeftBehind()
    {
        ErrorOf("run", "--output", Path.Combine(_folder, "report.txt"), "nowhere.dll");
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    private static string ErrorOf(params string[] arguments)
    {
        (int exitCode, string error) = Run(arguments);
        Assert.Equal(2, exitCode);
        Assert.StartsWith("faultline: ", error);
        Assert.True(error.TrimEnd('\n').Split('\n').Length == 1, $"more than one line: {error}");
        return error;
    }

    private static (int ExitCode, string Error) Run(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        int exitCode = FaultlineCommand.Run(arguments, output, error);
        Assert.Empty(output.ToString());
        return (exitCode, error.ToString());
    }
}
