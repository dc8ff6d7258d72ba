using System.Collections.Generic;
using Faultline.Analyzers.Context;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Rules;

/// <summary>FLT1102: a setting of ours in .editorconfig that is not understood, said once a value instead of being passed over in silence.</summary>
internal static class UnreadableOption
{
    private const string Id = "FLT1102";

    public static readonly DiagnosticDescriptor Descriptor = new(
        Id,
        "Setting cannot be read",
        "'{0} = {1}' in .editorconfig is not {2}: {3}",
        Categories.Usage,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "A setting that cannot be read is replaced by its default.",
        Rule.HelpLink(Id),
        WellKnownDiagnosticTags.CompilationEnd);

    public static IEnumerable<Diagnostic> Find(FaultlineOptions options)
    {
        foreach (UnreadableValue found in options.Unreadable)
            yield return Diagnostic.Create(Descriptor, Location.None, found.Key, found.Value, found.Expected, found.Instead);
    }
}
