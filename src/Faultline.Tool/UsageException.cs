namespace Faultline.Tool;

/// <summary>
/// Wrong input: the message is one line that says what was wrong, with the offending value, and what to do. Ends the tool with
/// <see cref="ExitCodes.BadInput"/>.
/// </summary>
public sealed class UsageException(string message) : Exception(message);

/// <summary>The tool's own exit codes. <c>run</c> answers the application's.</summary>
public static class ExitCodes
{
    public const int Fine = 0;

    /// <summary>What was compared is not the same.</summary>
    public const int Differs = 1;

    /// <summary>A limit was breached.</summary>
    public const int Breached = 1;

    /// <summary>Bad usage or input, or Faultline could not do its part.</summary>
    public const int BadInput = 2;
}
