using Faultline.Tracing.Scenarios.Language;
using Faultline.Tracing.Text;

namespace Faultline.Tracing.Scenarios;

/// <summary>The words behind a statement's verb, taken one after the other, variables filled in.</summary>
internal sealed class Arguments(Statement statement, Func<Word, string> expand)
{
    private readonly Word[] _words = statement.Words;
    private int _next = 1;

    public Word Verb => _words[0];

    /// <summary>The word taken last: where a complaint points to.</summary>
    public Word Last { get; private set; } = statement.Words[0];

    public bool More => _next < _words.Length;

    /// <summary>The next word; <paramref name="what"/> says in a complaint what is missing.</summary>
    public string Text(string what)
    {
        if (!More)
            throw new ScenarioStop(Verb, $"'{Verb.Text}' needs {what}");
        Last = _words[_next++];
        return expand(Last);
    }

    public ulong Size(string what)
    {
        string text = Text(what);
        return Quantity.Size(text) ?? throw Bad($"'{text}' is no size that 64 bits hold: give {what} as 4096, 4K, 1.5M or 2G");
    }

    public ulong Time(string what)
    {
        string text = Text(what);
        return Quantity.Time(text) ?? throw Bad($"'{text}' is no time: give {what} as 40s, 150ms, 2h or 1d");
    }

    public long Integer(string what)
    {
        string text = Text(what);
        return long.TryParse(text, out long value) ? value : throw Bad($"'{text}' is no whole number: give {what}");
    }

    public ulong Number(string what)
    {
        string text = Text(what);
        return ulong.TryParse(text, out ulong value) ? value : throw Bad($"'{text}' is no number from 0 on: give {what}");
    }

    /// <summary>The rest of the line as settings "name=value"; a word without '=' is a complaint.</summary>
    public IEnumerable<(string Name, string Value)> Settings()
    {
        while (More)
        {
            string text = Text("a setting");
            int equals = text.IndexOf('=');
            if (equals <= 0)
                throw Bad($"'{text}' is no setting: write name=value");
            yield return (text[..equals], text[(equals + 1)..]);
        }
    }

    /// <summary>The rest of the line, its words joined by single blanks.</summary>
    public string Rest()
    {
        List<string> words = [];
        while (More)
            words.Add(Text("text"));
        return string.Join(' ', words);
    }

    /// <summary>The rest of the line as words, variables not filled in.</summary>
    public Word[] RestOfWords()
    {
        Word[] rest = _words[_next..];
        _next = _words.Length;
        return rest;
    }

    /// <summary>Complains about words that no part of the statement has taken.</summary>
    public void End()
    {
        if (More)
            throw new ScenarioStop(_words[_next], $"'{_words[_next].Text}' is too much for '{Verb.Text}': take it away");
    }

    public ScenarioStop Bad(string what) => new(Last, what);
}
