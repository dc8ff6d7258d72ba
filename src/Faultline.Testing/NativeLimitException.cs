namespace Faultline.Testing;

/// <summary>
/// A limit was broken, or could not be checked. The message of a broken limit names the call sites that broke it, the limit, what was measured, and what to
/// do; one of a limit that could not be checked is one line that says why.
/// </summary>
public sealed class NativeLimitException : Exception
{
    public NativeLimitException(string message)
        : base(message)
    {
    }
}
