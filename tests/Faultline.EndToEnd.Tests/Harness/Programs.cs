using Faultline.TestSupport;

namespace Faultline.EndToEnd.Tests;

/// <summary>Where the programs under test were built: in the configuration that these tests were built in.</summary>
internal static class Programs
{
    private static readonly string s_configuration =
        AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}") ? "Release" : "Debug";

    public static string Tool => Repository.Path("src", "Faultline.Tool", "bin", s_configuration, "net10.0", "faultline.dll");

    public static string Sample(string name) => Repository.Path("samples", name, "bin", s_configuration, "net10.0", $"{name}.dll");

    public static string Fixture(string name) => Repository.Path("tests", "Fixtures", name, "bin", s_configuration, "net10.0", $"{name}.dll");
}
