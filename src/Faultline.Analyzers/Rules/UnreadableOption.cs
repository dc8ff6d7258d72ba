using System.Collections.Generic;
using Faultline.Analyzers.Context;
using Faultline.Analyzers.Glibc;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Rules;

/// <summary>FLT1102: a setting of ours in .editorconfig that is not understood, said once a value instead of being passed over in silence.</summary>
internal static class UnreadableOption
{
    private const string Id = "FLT1102";

    public static readonly DiagnosticDescriptor Descriptor = new(
        Id,
        "Setting cannot be read",
        "'{0} = {1}' in .editorconfig is no size ({2}): the default of {3} is used",
        Categories.Usage,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "A setting that cannot be read is replaced by its default.",
        Rule.HelpLink(Id),
        WellKnownDiagnosticTags.CompilationEnd);

    public static IEnumerable<Diagnostic> Find(FaultlineOptions options)
    {
        foreach (string value in options.UnreadableThresholds)
            yield return Diagnostic.Create(
                Descriptor, Location.None, FaultlineOptions.MmapThresholdKey, value, ByteSize.Grammar, Figures.Bytes(MmapThreshold.Default.Bytes));
    }
}
