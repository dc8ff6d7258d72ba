using System.Diagnostics;
using Faultline.TestSupport;

namespace Faultline.Routing.Tests;

/// <summary>The packages as a user meets them: made from what was built, then tried by the script that anybody can run.</summary>
public class PackageTests
{
    private static readonly string s_configuration = AppContext.BaseDirectory.Contains("/Release/") ? "Release" : "Debug";

    [Fact]
    public void TheScriptThatTriesThePackagesPasses()
    {
        string folder = Directory.CreateTempSubdirectory("faultline-packages-").FullName;
        try
        {
            foreach (string project in new[] { "Faultline.Rules", "Faultline.Routing", "Faultline.Tool" })
                Run("dotnet", "pack", Repository.Path("src", project), "-c", s_configuration, "--no-build", "-nodeReuse:false", "-o", folder);
            string output = Run(Repository.Path("tests", "Packages", "try-packages"), "--tool");
            Assert.Contains("all of it holds", output);
            if (output.Contains("SKIPPED", StringComparison.Ordinal))
                Console.Error.WriteLine("SKIPPED: NativeAOT was not tried, for there is no native linker here (clang or gcc)");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        string Run(string program, params string[] arguments)
        {
            ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
            start.Environment["FAULTLINE_ARTIFACTS"] = folder;
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}\n{output}\n{errors.Result}");
            return output;
        }
    }
}
