using Microsoft.Playwright;

namespace Faultline.Browser.Tests.Support;

/// <summary>A browser, and the samples' pages, each made when it is first asked for. One for all tests.</summary>
public sealed class Pages : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("faultline-pages-").FullName;
    private readonly Dictionary<string, string> _made = [];
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public string Folder => _folder;

    public async Task InitializeAsync()
    {
        if (Chromium.Path == null)
            return;
        _playwright = await Playwright.CreateAsync();
        _browser = await Chromium.StartAsync(_playwright);
    }

    public async Task DisposeAsync()
    {
        if (_browser != null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    public string PathOf(string sample)
    {
        lock (_made)
        {
            if (!_made.TryGetValue(sample, out string? path))
                _made.Add(sample, path = Tool.PageOf(sample, _folder));
            return path;
        }
    }

    /// <summary>Opens a file in a window of its own, waits until all of its charts are drawn, and notes what went wrong on the way.</summary>
    /// <param name="path">The page's file.</param>
    /// <param name="dark">The system's theme.</param>
    /// <param name="width">Of the window, CSS pixels.</param>
    /// <param name="withoutPolicy">Ignores the page's Content-Security-Policy, for scripts of the tests and to see that escaping alone holds.</param>
    public async Task<OpenPage> OpenAsync(string path, bool dark = false, int width = 1280, bool withoutPolicy = false)
    {
        IBrowserContext context = await _browser!.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = 900 }, ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light, BypassCSP = withoutPolicy, ReducedMotion = ReducedMotion.Reduce,
        });
        OpenPage opened = new(context, await context.NewPageAsync());
        await opened.Page.GotoAsync(new Uri(path).AbsoluteUri);
        await opened.DrawAllAsync();
        return opened;
    }
}

[CollectionDefinition(nameof(Pages))]
public sealed class PagesCollection : ICollectionFixture<Pages>;

/// <summary>A page in its window. Troubles are errors in the console, exceptions, dialogs and requests for anything but the file itself.</summary>
public sealed class OpenPage : IAsyncDisposable
{
    private readonly IBrowserContext _context;

    public OpenPage(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
        page.Console += (_, message) => Note(message.Type is "error" or "warning", $"console {message.Type}: {message.Text}");
        page.PageError += (_, error) => Note(true, $"exception: {error}");
        page.Request += (_, request) => Note(request.Url != page.Url && !request.Url.StartsWith("file:", StringComparison.Ordinal), $"request: {request.Url}");
        page.Dialog += (_, dialog) =>
        {
            Note(true, $"dialog: {dialog.Message}");
            _ = dialog.DismissAsync();
        };
    }

    public IPage Page { get; }

    public List<string> Troubles { get; } = [];

    /// <summary>Scrolls through the page, since charts are drawn when they come near, and waits for all of them.</summary>
    public async Task DrawAllAsync()
    {
        await Page.EvaluateAsync("""
            async () => {
              const charts = () => [...document.querySelectorAll(".chart")].filter(chart => !chart.hidden);
              for (const chart of charts()) {
                chart.scrollIntoView();
                for (let i = 0; i < 400 && !chart.querySelector(".main-svg"); i++) await new Promise(done => setTimeout(done, 25));
              }
              scrollTo(0, 0);
              await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
            }
            """);
    }

    public Task<T> AskAsync<T>(string script, object? argument = null) => Page.EvaluateAsync<T>(script, argument);

    public ValueTask DisposeAsync() => new(_context.CloseAsync());

    private void Note(bool isTrouble, string text)
    {
        if (isTrouble)
            lock (Troubles)
                Troubles.Add(text);
    }
}
