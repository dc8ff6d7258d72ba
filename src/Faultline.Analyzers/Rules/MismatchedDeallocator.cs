using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Faultline.Analyzers.Context;
using Faultline.Analyzers.Flow.Ownership;
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
        HashSet<SyntaxNode> known = [];
        foreach (Release release in body.Releases)
        {
            known.Add(release.Call.Syntax);
            Report(body, release.Call, [.. release.Origins.Calls.Select(origin => new Origin(origin.Api, origin.Api.DisplayName, origin.Syntax))]);
        }

        if (body.Ownership == null)
            return;
        foreach (GivenBlocks given in body.Ownership.Given.OrderBy(given => given.Call.Syntax.SpanStart))
            if (given.AreKnown && !known.Contains(given.Call.Syntax))
                Report(body, given.Call, [.. given.Sites.Select(site => new Origin(site.Source!.Api!, site.Source.DisplayName, site.Syntax))]);
    }

    private static void Report(BodyContext body, AllocationCall release, ImmutableArray<Origin> origins)
    {
        if (origins.IsEmpty || origins.Any(origin => Families.Consequence(origin.Api, release.Api) == null))
            return;
        Origin first = origins[0];
        body.Report(Diagnostic.Create(
            s_descriptor,
            release.Syntax.GetLocation(),
            origins.Select(origin => origin.Syntax.GetLocation()),
            Properties(release.Api, origins),
            first.Name,
            release.Api.Frees ? "freed" : "resized",
            release.Api.DisplayName,
            Families.Consequence(first.Api, release.Api),
            Families.RightCall(first.Api.Family, release.Api.Effect).DisplayName));
    }

    private static ImmutableDictionary<string, string?> Properties(AllocationApi wrong, ImmutableArray<Origin> origins)
    {
        AllocationFamily family = origins[0].Api.Family;
        if (!wrong.Frees || origins.Any(origin => origin.Api.Family != family))
            return ImmutableDictionary<string, string?>.Empty;
        AllocationApi right = Families.RightCall(family, wrong.Effect);
        return ImmutableDictionary<string, string?>.Empty.Add(RightCallProperty, right.Type + "." + right.Method);
    }

    /// <summary>Where a block comes from: the row at the bottom, the call that the body names.</summary>
    private readonly struct Origin
    {
        public Origin(AllocationApi api, string name, SyntaxNode syntax)
        {
            Api = api;
            Name = name;
            Syntax = syntax;
        }

        public AllocationApi Api { get; }

        public string Name { get; }

        public SyntaxNode Syntax { get; }
    }
}
