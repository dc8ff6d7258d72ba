using Microsoft.Playwright;

namespace Faultline.Browser.Tests.Support;

/// <summary>The machine's own Chromium.</summary>
internal static class Chromium
{
    /// <summary>Null where there is none.</summary>
    public static string? Path { get; } = new[] { Environment.GetEnvironmentVariable("FAULTLINE_CHROMIUM"), "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }
        .FirstOrDefault(File.Exists);

    public static string? WhyNot => Path == null ? "SKIPPED: no Chromium on this machine (Debian: apt-get install chromium; or set FAULTLINE_CHROMIUM)" : null;

    public static Task<IBrowser> StartAsync(IPlaywright playwright) => playwright.Chromium.LaunchAsync(new()
    {
        ExecutablePath = Path,
        // Root, as in containers, has no sandbox.
        Args = Environment.IsPrivilegedProcess ? ["--no-sandbox"] : [],
    });
}

/// <summary>A test that opens pages.</summary>
public sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute() => Skip = Chromium.WhyNot;
}

/// <summary>The same for a theory.</summary>
public sealed class BrowserTheoryAttribute : TheoryAttribute
{
    public BrowserTheoryAttribute() => Skip = Chromium.WhyNot;
}
