using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Faultline.Reporting.Tests.Html;

/// <summary>What holds for every page, whatever is on it.</summary>
internal static partial class PageForm
{
    /// <summary>The policy allows the two scripts of the page and nothing else.</summary>
    public static void CheckPolicy(string page)
    {
        string policy = Regex.Match(page, "http-equiv=\"Content-Security-Policy\" content=\"([^\"]*)\"").Groups[1].Value;
        string[] scripts = [.. Regex.Matches(page, "<script>(.*?)</script>", RegexOptions.Singleline).Select(match => match.Groups[1].Value)];
        Assert.Equal(2, scripts.Length);
        string hashes = string.Join(' ', scripts.Select(script => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)))}'"));
        Assert.Equal($"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'", policy);
    }

    /// <summary>One element for the data and two for the scripts; nothing that a browser would go and get.</summary>
    public static void Check(string page)
    {
        Assert.StartsWith("<!DOCTYPE html>\n", page);
        // plotly.js is a file of its own, and its hash is in the policy.
        int charts = page.IndexOf("<script>", StringComparison.Ordinal), script = page.LastIndexOf("<script>", StringComparison.Ordinal);
        string own = page[..charts] + page[script..];
        Assert.Equal(2, Regex.Count(own, "<script"));
        Assert.Equal(2, Regex.Count(own, "</script"));
        Assert.DoesNotMatch(Loading(), Regex.Replace(own, "<title>.*?</title>|id=\"data\">.*?</script>", ""));
        Assert.DoesNotContain("{{", Regex.Replace(own[..own.IndexOf("id=\"data\"", StringComparison.Ordinal)], "<title>.*?</title>", ""));
    }

    public static string DataOf(string page) => Regex.Match(page, "<script type=\"application/json\" id=\"data\">(.*?)</script>", RegexOptions.Singleline).Groups[1].Value;

    [GeneratedRegex("""(?i)<link|<iframe|<object|\ssrc=|url\(|@import|href="(?!#)""")]
    private static partial Regex Loading();
}
