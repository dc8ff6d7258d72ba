namespace Faultline.Tracing;

/// <summary>The input is no trace that can be read at all: the message is one line that names what was wrong.</summary>
public sealed class TraceFormatException : Exception
{
    public TraceFormatException(string message)
        : base(message)
    {
    }

    public TraceFormatException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
