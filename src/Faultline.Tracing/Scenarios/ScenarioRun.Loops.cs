using System.Globalization;
using Faultline.Tracing.Scenarios.Language;

namespace Faultline.Tracing.Scenarios;

// for NAME in FROM..TO [step N] … end, and while CONDITION … end. $NAME in a word is the variable's value, ${NAME} where letters follow;
// $(pidof PROCESS) is a process's number, as in a shell.
internal sealed partial class ScenarioRun
{
    /// <summary>A loop that turns more often is taken for a mistake.</summary>
    private const int MostTurns = 10_000_000;

    private readonly Dictionary<string, string> _variables = [];

    private void RunFor(Statement statement, Arguments arguments)
    {
        string variable = arguments.Text("a variable, as in: for i in 1..100");
        if (arguments.Text("'in'") != "in")
            throw arguments.Bad("'in' is missing: for i in 1..100");
        string range = arguments.Text("a range, as in 1..100");
        string[] bounds = range.Split("..");
        if (bounds.Length != 2 || !long.TryParse(bounds[0], out long from) || !long.TryParse(bounds[1], out long to))
            throw arguments.Bad($"'{range}' is no range: write 1..100");
        long step = 1;
        if (arguments.More)
        {
            if (arguments.Text("'step'") != "step")
                throw arguments.Bad("only 'step N' can follow the range");
            step = arguments.Integer("a step");
            if (step <= 0)
                throw arguments.Bad($"step {step} does not get on: give one from 1 on");
        }

        arguments.End();
        if (to >= from && (to - from) / step >= MostTurns)
            throw arguments.Bad($"'{range}' are more than {MostTurns:N0} turns");
        for (long i = from; i <= to; i += step)
        {
            _variables[variable] = i.ToString(CultureInfo.InvariantCulture);
            Run(statement.Body);
        }
    }

    private void RunWhile(Statement statement, Arguments arguments)
    {
        Word[] condition = arguments.RestOfWords();
        for (int turn = 0; Holds(condition, statement.Verb, out _); turn++)
        {
            if (turn == MostTurns)
                throw new ScenarioStop(statement.Verb, $"still true after {MostTurns:N0} turns: the loop would not end");
            Run(statement.Body);
            _current = statement;
        }
    }

    /// <summary>A word with its variables filled in.</summary>
    private string Expand(Word word)
    {
        int dollar = word.Text.IndexOf('$');
        if (dollar < 0)
            return word.Text;
        var text = new System.Text.StringBuilder();
        int at = 0;
        for (; dollar >= 0; dollar = word.Text.IndexOf('$', at))
        {
            text.Append(word.Text, at, dollar - at);
            text.Append(ValueAt(word, dollar, out at));
        }

        return text.Append(word.Text, at, word.Text.Length - at).ToString();
    }

    private string ValueAt(Word word, int dollar, out int end)
    {
        string text = word.Text;
        int start = dollar + 1;
        if (start < text.Length && text[start] is '(' or '{')
        {
            int close = text.IndexOf(text[start] == '(' ? ')' : '}', start);
            if (close < 0)
                throw new ScenarioStop(word, $"'{text}': '{text[start]}' is not closed");
            string inner = text[(start + 1)..close];
            end = close + 1;
            return text[start] == '(' ? Command(word, inner) : Variable(word, inner);
        }

        end = start;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_'))
            end++;
        return Variable(word, text[start..end]);
    }

    private string Variable(Word word, string name) => _variables.TryGetValue(name, out string? value)
        ? value
        : throw new ScenarioStop(word, $"no variable '{name}'{Suggestion(name, _variables.Keys)}: 'for' and 'let' make them");

    private string Command(Word word, string command)
    {
        string[] words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is not ["pidof", var name])
            throw new ScenarioStop(word, $"'$({command})' is not known: only $(pidof NAME) is");
        return Find(word with { Text = name }).Process.Pid.ToString(CultureInfo.InvariantCulture);
    }
}
