using System.Collections.Generic;
using Faultline.Analyzers.Measurements;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Faultline.Analyzers.Rules;

/// <summary>FLT1103: a *.faultline.json among the additional files that is no profile of this version, said instead of being passed over in silence.</summary>
internal static class UnreadableProfile
{
    private const string Id = "FLT1103";

    public static readonly DiagnosticDescriptor Descriptor = new(
        Id,
        "Profile cannot be read",
        "'{0}' is not used: {1}",
        Categories.Usage,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "A file named *.faultline.json is taken for a profile of measured costs; where it cannot be read nothing of it is shown.",
        Rule.HelpLink(Id),
        WellKnownDiagnosticTags.CompilationEnd);

    public static IEnumerable<Diagnostic> Find(Profiles profiles)
    {
        foreach ((string path, string reason) in profiles.Unreadable)
            yield return Diagnostic.Create(
                Descriptor, Location.Create(path, default, new LinePositionSpan(default, default)), path.Substring(path.LastIndexOfAny(['/', '\\']) + 1), reason);
    }
}
