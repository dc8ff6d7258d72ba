using System.Collections.Immutable;
using System.Linq;
using Faultline.Analyzers.Context;
using Faultline.Analyzers.Flow.Pointers;
using Faultline.Api;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Rules;

/// <summary>FLT1006: every block that a call can be given is of a family that the call must not free.</summary>
internal sealed class MismatchedDeallocator : Rule
{
    public const string Id = "FLT1006";

    /// <summary>The row of the API table that would be right, for the code fix: "Type.Method"; absent if there is no single one.</summary>
    public const string RightCallProperty = "RightCall";

    private static readonly DiagnosticDescriptor s_descriptor = new(
        Id,
        "Allocator and deallocator do not match",
        "Memory from '{0}' is {1} by '{2}': {3}; use '{4}'",
        Categories.Reliability,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "Each family of allocators has its own deallocator. With glibc several of them happen to be the same; elsewhere they are not.",
        HelpLink(Id));

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override void Analyze(BodyContext body)
    {
        foreach (Release release in body.Releases)
        {
            ImmutableArray<AllocationCall> origins = release.Origins.Calls;
            if (origins.IsEmpty || origins.Any(origin => Families.Consequence(origin.Api, release.Call.Api) == null))
                continue;
            AllocationCall first = origins[0];
            body.Report(Diagnostic.Create(
                Descriptor,
                release.Call.Syntax.GetLocation(),
                origins.Select(origin => origin.Syntax.GetLocation()),
                Properties(release.Call.Api, origins),
                first.Api.DisplayName,
                release.Call.Api.Frees ? "freed" : "resized",
                release.Call.Api.DisplayName,
                Families.Consequence(first.Api, release.Call.Api),
                Families.RightCall(first.Api.Family, release.Call.Api.Effect).DisplayName));
        }
    }

    private static ImmutableDictionary<string, string?> Properties(AllocationApi wrong, ImmutableArray<AllocationCall> origins)
    {
        AllocationFamily family = origins[0].Api.Family;
        if (!wrong.Frees || origins.Any(origin => origin.Api.Family != family))
            return ImmutableDictionary<string, string?>.Empty;
        AllocationApi right = Families.RightCall(family, wrong.Effect);
        return ImmutableDictionary<string, string?>.Empty.Add(RightCallProperty, right.Type + "." + right.Method);
    }
}
