using Faultline.Analyzers;
using Faultline.Reporting;
using Microsoft.CodeAnalysis;

namespace Faultline.Editor.Tests;

/// <summary>The rules of <c>faultline check --sarif</c> are those of the build: code scanning merges what has one id.</summary>
public class SarifRuleTests
{
    [Fact]
    public void Ids_titles_and_pages_are_the_analyzers()
    {
        Dictionary<string, DiagnosticDescriptor> rules = new FaultlineAnalyzer().SupportedDiagnostics.ToDictionary(rule => rule.Id);
        Assert.All(SarifRule.All, rule =>
        {
            Assert.Equal(rules[rule.Id].Title.ToString(), rule.Title);
            Assert.Equal(rules[rule.Id].HelpLinkUri, rule.HelpUri);
        });
        Assert.Equal(SarifRule.All.Select(rule => rule.Id).Order(), SarifRule.All.Select(rule => rule.Id));
    }
}
