using System.Collections.Generic;
using Faultline.Api;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Faultline.Interceptors.Calls;

/// <summary>The names that calls of allocation APIs go by: found in the syntax, before anything is bound.</summary>
internal static class InvokedNames
{
    private static readonly HashSet<string> s_known = Collect();

    public static bool IsKnown(string name) => s_known.Contains(name);

    /// <summary>A call whose name is that of an API.</summary>
    public static bool IsKnown(SyntaxNode node) => node is InvocationExpressionSyntax invocation && Of(invocation) is { } name && s_known.Contains(name);

    /// <summary>Free(…), NativeMemory.Free(…), global::Space.Type.Free(…); null where what is called has no name.</summary>
    public static string? Of(InvocationExpressionSyntax invocation) => invocation.Expression switch
    {
        IdentifierNameSyntax name => name.Identifier.ValueText,
        MemberAccessExpressionSyntax { Name: IdentifierNameSyntax name } => name.Identifier.ValueText,
        _ => null,
    };

    private static HashSet<string> Collect()
    {
        HashSet<string> names = [];
        foreach (AllocationApi api in AllocationApis.All)
            names.Add(api.Method);
        return names;
    }
}
