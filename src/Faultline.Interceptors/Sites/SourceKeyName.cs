using Faultline.Sites;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Faultline.Interceptors.Sites;

/// <summary>What a call is known by in measured profiles, by which the rules find it again (src/Shared/Syntax).</summary>
internal sealed record SourceKeyName(string Key, string Member, string Statement, int Ordinal)
{
    public static SourceKeyName Of(InvocationExpressionSyntax call, string api)
    {
        SiteKey key = SiteKeys.Of(call, api);
        return new(key.Text, key.Member, key.Statement, key.Ordinal);
    }

    /// <summary>The line in the table that the shim reads: number, key, statement, ordinal, member.</summary>
    public string Line(int number) => $"{number}\t{Key}\t{Statement}\t{Ordinal}\t{SiteName.Escape(Member)}\n";
}
