using System.Globalization;
using Faultline.Kernel;
using Faultline.Tracing.Scenarios.Language;

namespace Faultline.Tracing.Scenarios;

// expect, while, let and show: conditions and values.
internal sealed partial class ScenarioRun
{
    private static readonly string[] Comparisons = ["==", "!=", "<=", ">=", "<", ">"];

    private void Expect(Arguments arguments)
    {
        Word[] condition = arguments.RestOfWords();
        if (!Holds(condition, arguments.Verb, out string found))
            throw new ScenarioStop(condition[0], $"not met: {string.Join(' ', condition.Select(Expand))}: {found}", isUnmet: true);
        Expectations++;
    }

    private void Let(Arguments arguments)
    {
        string name = arguments.Text("a name");
        if (arguments.Text("'='") != "=")
            throw arguments.Bad("'=' is missing: let before = NAME.minflt");
        Word[] words = arguments.RestOfWords();
        _remembered[name] = Evaluate(words, 0, words.Length, arguments.Verb);
        _variables[name] = Plain(_remembered[name]);
    }

    private void Show(Arguments arguments)
    {
        Word[] words = arguments.RestOfWords();
        decimal value = Evaluate(words, 0, words.Length, arguments.Verb);
        _output.WriteLine($"{string.Join(' ', words.Select(Expand))} = {Readable(value)}");
    }

    /// <summary>Whether a condition holds; if not, <paramref name="found"/> says what is the case instead.</summary>
    private bool Holds(Word[] words, Word verb, out string found)
    {
        for (int from = 0; ;)
        {
            int to = Array.FindIndex(words, from, word => word.Text == "and");
            if (!HoldsPart(words, from, to < 0 ? words.Length : to, verb, out found))
                return false;
            if (to < 0)
                return true;
            from = to + 1;
        }
    }

    private bool HoldsPart(Word[] words, int from, int to, Word verb, out string found)
    {
        if (to - from >= 3 && words[from + 1].Text == "is")
            return IsState(words[from], words[(from + 2)..to], out found);
        int comparison = Array.FindIndex(words, from, to - from, word => Comparisons.Contains(word.Text));
        if (comparison < 0)
            throw new ScenarioStop(from < to ? words[from] : verb, "no comparison: write VALUE == VALUE (or != < <= > >=), or NAME is alive, killed, exited");
        decimal left = Evaluate(words, from, comparison, verb), right = Evaluate(words, comparison + 1, to, verb);
        found = $"{Readable(left)} against {Readable(right)}";
        return words[comparison].Text switch
        {
            "==" => left == right,
            "!=" => left != right,
            "<" => left < right,
            "<=" => left <= right,
            ">" => left > right,
            _ => left >= right,
        };
    }

    private bool IsState(Word subject, Word[] words, out string found)
    {
        bool negated = words[0].Text == "not";
        Word wanted = words[negated ? 1 % words.Length : 0];
        string state = StateOf(subject, wanted.Text);
        found = $"{Expand(subject)} is {state}";
        return (state == wanted.Text) != negated;
    }

    private string StateOf(Word subject, string wanted)
    {
        string[] parts = Expand(subject).Split('.', 2);
        ScenarioProgram program = Find(subject with { Text = parts[0] });
        if (parts.Length == 1)
        {
            if (wanted is not ("alive" or "killed" or "exited"))
                throw new ScenarioStop(subject, $"a process is alive, killed or exited, not '{wanted}'");
            return program.EndedAt == 0 && !program.Process.HasExited ? "alive" : program.WasKilled ? "killed" : "exited";
        }

        if (wanted is not ("null" or "heap" or "mapped" or "released"))
            throw new ScenarioStop(subject, $"a piece of memory is null, heap, mapped or released, not '{wanted}'");
        if (program.Released.ContainsKey(parts[1]))
            return "released";
        if (!program.Memory.TryGetValue(parts[1], out NamedMemory memory))
            throw new ScenarioStop(subject, $"'{program.Name}' has no memory '{parts[1]}'{Suggestion(parts[1], program.Memory.Keys)}");
        return memory.Start == 0 ? "null" : memory.IsMapping || program.Malloc!.IsMapped(memory.Start) ? "mapped" : "heap";
    }

    /// <summary>As it can be read in again.</summary>
    private static string Plain(decimal value) => decimal.Truncate(value) == value
        ? decimal.Truncate(value).ToString(CultureInfo.InvariantCulture)
        : value.ToString("0.####", CultureInfo.InvariantCulture);

    private static string Readable(decimal value) => decimal.Truncate(value) == value
        ? value.ToString("#,0", CultureInfo.InvariantCulture)
        : value.ToString("#,0.####", CultureInfo.InvariantCulture);
}
