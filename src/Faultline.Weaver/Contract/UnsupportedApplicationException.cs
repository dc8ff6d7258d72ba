namespace Faultline.Weaver;

/// <summary>The application cannot be routed. The message is one line that says what was wrong and what to do.</summary>
public sealed class UnsupportedApplicationException : Exception
{
    public UnsupportedApplicationException(string message)
        : base(message)
    {
    }

    public UnsupportedApplicationException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
