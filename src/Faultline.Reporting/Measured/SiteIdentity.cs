namespace Faultline.Reporting;

/// <summary>
/// What a call site is known by in the program's source: its key (src/Shared/Syntax/SiteKey.cs), or why it has none. Who routed the program finds
/// it: the compiler has the syntax at hand, the tool reads the source file.
/// </summary>
/// <param name="Key">16 hexadecimal digits; null where <paramref name="Reason"/> says why not.</param>
/// <param name="Member">The member as its declaration spells it, null without a key.</param>
/// <param name="Statement">Hash of the statement's tokens, null without a key.</param>
/// <param name="Ordinal">Which of the calls with the same statement and member, from 0.</param>
/// <param name="Reason">One sentence, null with a key.</param>
public sealed record SiteIdentity(string? Key, string? Member, string? Statement, int Ordinal, string? Reason)
{
    public static SiteIdentity Unknown(string reason) => new(null, null, null, 0, reason);
}
