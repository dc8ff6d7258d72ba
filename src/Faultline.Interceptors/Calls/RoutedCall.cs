using System.Threading;
using Faultline.Api;
using Faultline.Interceptors.Emission;
using Faultline.Interceptors.Sites;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Faultline.Interceptors.Calls;

/// <summary>
/// A call that is routed: where it is, and the interceptor's code in which <see cref="FacadeCall.Number"/> stands for the site's number. Holds text and
/// numbers only, so that the compiler's work on a file that did not change is not done again.
/// </summary>
internal sealed record RoutedCall(string Tree, int Position, int Version, string Location, SiteName Site, SourceKeyName Key, string Code)
{
    /// <summary>Null for a call that is none of the table's, or cannot be intercepted (<see cref="Unroutable"/> says why).</summary>
    public static RoutedCall? TryCreate(InvocationExpressionSyntax invocation, SemanticModel model, CancellationToken cancel)
    {
        if (model.GetSymbolInfo(invocation, cancel).Symbol is not IMethodSymbol method || ApiOf.Method(method) is not { } api)
            return null;
        if (Unroutable.Reason(method, model.Compilation) != null)
            return null;
#pragma warning disable RSEXPERIMENTAL002 // Stable since the compiler that reads it: https://github.com/dotnet/roslyn/issues/72133
        InterceptableLocation? location = model.GetInterceptableLocation(invocation, cancel);
#pragma warning restore RSEXPERIMENTAL002
        if (location == null)
            return null;
        SiteName site = SiteName.Of(invocation, model, api.DisplayName, cancel);
        bool allowsUnsafe = ((CSharpCompilationOptions)model.Compilation.Options).AllowUnsafe;
        string code = FacadeCall.Write(method, api, allowsUnsafe);
        return new(invocation.SyntaxTree.FilePath, invocation.SpanStart, location.Version, location.Data, site, SourceKeyName.Of(invocation, api.DisplayName), code);
    }
}
