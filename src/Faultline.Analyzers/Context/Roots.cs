using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Context;

/// <summary>The body that an operation is part of.</summary>
internal static class Roots
{
    public static IOperation Of(IOperation operation)
    {
        while (operation.Parent is { } parent)
            operation = parent;
        return operation;
    }
}
