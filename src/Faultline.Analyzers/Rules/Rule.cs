using Faultline.Analyzers.Context;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Rules;

/// <summary>One diagnostic: its descriptor and the condition under which a body shows it.</summary>
internal abstract class Rule
{
    /// <summary>A place in the repository and no address: where the pages will be served is not decided, and a guessed host may belong to others.</summary>
    private const string Pages = "src/Faultline.Analyzers/Rules/";

    public abstract DiagnosticDescriptor Descriptor { get; }

    public abstract void Analyze(BodyContext body);

    /// <summary>Where the page of a rule is to be read.</summary>
    public static string HelpLink(string id) => Pages + id + ".md";
}

/// <summary>The categories of the rules' table.</summary>
internal static class Categories
{
    public const string Performance = "Performance";
    public const string Reliability = "Reliability";
    public const string Usage = "Usage";
    public const string Measured = "Measured";
}
