using Faultline.Tracing.Scenarios.Language;

namespace Faultline.Tracing.Scenarios;

/// <summary>What a scenario came to.</summary>
/// <param name="Statements">Carried out, those of loops every time.</param>
/// <param name="Expectations">Expect lines that were met.</param>
public sealed record ScenarioResult(int Statements, int Expectations);

/// <summary>
/// A story told to the simulated kernel: a small text language, one statement a line, in which processes start, allocate, touch,
/// fork and die, and expectations say what must be the case. The same file prints the same bytes on every run.
/// </summary>
public static class Scenario
{
    /// <param name="name">What to call it in messages: the path of its file.</param>
    /// <param name="text">Its lines.</param>
    /// <param name="output">What it prints.</param>
    /// <exception cref="ScenarioException">A statement is wrong or cannot be carried out, or an expectation is not met.</exception>
    public static ScenarioResult Run(string name, string text, TextWriter output)
    {
        using ScenarioStory story = Play(name, text, output);
        return story.Result;
    }

    /// <summary>As <see cref="Run"/>, and keeps the machine as it is at the end, or behind the last statement up to a line.</summary>
    public static ScenarioStory Play(string name, string text, TextWriter output, int lastLine = int.MaxValue)
    {
        IReadOnlyList<Statement> statements = new ScenarioParser(name, text.ReplaceLineEndings("\n").Split('\n')).Parse();
        var run = new ScenarioRun(name, output) { LastLine = lastLine };
        try
        {
            run.Run(statements);
            return new ScenarioStory(run);
        }
        catch
        {
            run.Dispose();
            throw;
        }
    }
}
