namespace Faultline.Tracing.Scenarios.Language;

/// <summary>One line of a scenario; of a loop also the lines up to its end.</summary>
/// <param name="Line">Number of the line, from 1.</param>
/// <param name="Process">The name before a colon, or null where the statement is the machine's.</param>
/// <param name="Words">The statement, its verb first.</param>
/// <param name="Body">Statements of a loop; empty for others.</param>
internal sealed record Statement(int Line, Word? Process, Word[] Words, IReadOnlyList<Statement> Body)
{
    public Word Verb => Words[0];
}
