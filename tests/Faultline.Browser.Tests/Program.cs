using Faultline.Browser.Tests.Support;

namespace Faultline.Browser.Tests;

/// <summary>Pictures of the samples' pages: <c>dotnet run --project tests/Faultline.Browser.Tests -c Release -- screenshots FOLDER</c>.</summary>
public static class Program
{
    private const int PhoneWidth = 390;

    public static async Task<int> Main(string[] arguments)
    {
        if (arguments is not ["screenshots", { } folder] || Chromium.Path == null)
        {
            Console.Error.WriteLine(Chromium.WhyNot ?? "usage: screenshots FOLDER");
            return 2;
        }

        Directory.CreateDirectory(folder);
        Pages pages = new();
        await pages.InitializeAsync();
        try
        {
            foreach (string sample in Tool.Samples)
                await TakeAsync(pages, sample, folder);
        }
        finally
        {
            await pages.DisposeAsync();
        }

        return 0;
    }

    /// <summary>SAMPLE-light.png and the like for the whole page, SAMPLE-light-heap.png for a section.</summary>
    private static async Task TakeAsync(Pages pages, string sample, string folder)
    {
        foreach ((string name, bool dark, int width) in new[] { ("light", false, 1280), ("dark", true, 1280), ("phone", false, PhoneWidth) })
        {
            await using OpenPage opened = await pages.OpenAsync(pages.PathOf(sample), dark, width);
            // What stays at the top of the window would lie over the sections.
            await opened.Page.AddStyleTagAsync(new() { Content = "nav { position: static !important; }" });
            string path = Path.Combine(folder, $"{sample}-{name}");
            await opened.Page.ScreenshotAsync(new() { Path = path + ".png", FullPage = true });
            foreach (Microsoft.Playwright.IElementHandle section in await opened.Page.QuerySelectorAllAsync("main > section"))
                await section.ScreenshotAsync(new() { Path = $"{path}-{await section.GetAttributeAsync("id")}.png" });
            Console.WriteLine(path);
        }
    }
}
