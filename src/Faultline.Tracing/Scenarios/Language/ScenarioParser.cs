namespace Faultline.Tracing.Scenarios.Language;

/// <summary>Reads a scenario's lines into statements, loops nested. What a statement means is not its business.</summary>
internal sealed class ScenarioParser(string name, IEnumerable<string> lines)
{
    private const string End = "end";

    private readonly Stack<(Statement Loop, List<Statement> Body)> _open = new();

    /// <exception cref="ScenarioException">A quote without an end, a loop without an end, an end without a loop.</exception>
    public IReadOnlyList<Statement> Parse()
    {
        List<Statement> whole = [];
        int number = 0;
        foreach (string line in lines)
        {
            number++;
            List<Word> words = LineSplitter.Split(line, out int unclosed);
            if (unclosed != 0)
                throw Bad(number, unclosed, $"'{line[unclosed - 1]}' is not closed on this line");
            if (words.Count > 0)
                Add(whole, number, words);
        }

        if (_open.TryPop(out (Statement Loop, List<Statement> Body) open))
            throw Bad(open.Loop.Line, open.Loop.Verb.Column, $"'{open.Loop.Verb.Text}' has no '{End}': write '{End}' behind its last statement");
        return whole;
    }

    private void Add(List<Statement> whole, int number, List<Word> words)
    {
        Word? process = null;
        if (words[0].Text.Length > 1 && words[0].Text.EndsWith(':'))
        {
            process = words[0] with { Text = words[0].Text[..^1] };
            words.RemoveAt(0);
            if (words.Count == 0)
                throw Bad(number, process.Value.Column, $"nothing after '{process.Value.Text}:': say what the process does");
        }

        List<Statement> target = _open.Count > 0 ? _open.Peek().Body : whole;
        string verb = words[0].Text;
        if (process == null && verb == End)
        {
            if (!_open.TryPop(out _))
                throw Bad(number, words[0].Column, $"'{End}' without 'for' or 'while' before it: take it away");
            return;
        }

        bool loops = process == null && verb is "for" or "while";
        List<Statement> body = [];
        var statement = new Statement(number, process, [.. words], body);
        target.Add(statement);
        if (loops)
            _open.Push((statement, body));
    }

    private ScenarioException Bad(int line, int column, string what) => new(name, line, column, what);
}
