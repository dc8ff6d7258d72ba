using Faultline.Analyzers.Context;
using Faultline.Analyzers.Glibc;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Rules;

/// <summary>FLT0006: 131,049 to 131,072 bytes, a size that somebody chose to be 128 KiB and that is mapped for its 8-byte header only.</summary>
internal sealed class CrossesByHeader : Rule
{
    private const string Id = "FLT0006";

    private static readonly DiagnosticDescriptor s_descriptor = new(
        Id,
        "Size crosses the mmap threshold only because of the chunk header",
        "'{0}' asks for {1}, which only the chunk header takes to the mmap threshold of {2} (glibc on Linux{3}): at most {4} stay on the brk heap and need no mapping of {5}",
        Categories.Performance,
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        "Requests of 131,049 to 131,072 bytes fit 128 KiB themselves, but their chunks do not stay below it.",
        HelpLink(Id));

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override void Analyze(BodyContext body)
    {
        foreach (AllocationRequest request in body.Requests)
            if (Placements.CrossesByHeader(request, body.Threshold))
                body.Report(Diagnostic.Create(
                    Descriptor,
                    request.Call.Syntax.GetLocation(),
                    request.Call.Api.DisplayName,
                    RequestText.Of(request),
                    Figures.Bytes(body.Threshold.Bytes),
                    body.Threshold.IsConfigured ? "" : ", initially",
                    Figures.Bytes(body.Threshold.LargestOnHeap),
                    Figures.Pages(PageCost.InMapping(request).Pages)));
    }
}
