using Faultline.Analyzers.Glibc;

namespace Faultline.Analyzers.Rules;

/// <summary>What a call asks for, as messages say it.</summary>
internal static class RequestText
{
    public static string Of(AllocationRequest request)
    {
        string bytes = Figures.Bytes(request.Bytes) + (request.IsMeasured ? " (measured)" : "");
        return request.IsAligned ? bytes + " aligned to " + Figures.Number(request.Alignment) : bytes;
    }
}
