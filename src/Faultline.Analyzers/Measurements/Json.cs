// A reader of JSON (RFC 8259) into plain values. Rules are loaded into compilers and editors, where a package of ours would meet another version of
// the same package, and what the hosts bring along differs; so a few lines of our own.

using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace Faultline.Analyzers.Measurements;

/// <summary>
/// Objects become <c>Dictionary&lt;string, object?&gt;</c> (of two equal names the last counts), arrays <c>List&lt;object?&gt;</c>, strings, numbers
/// (<c>double</c>), <c>bool</c> and null.
/// </summary>
internal sealed class Json
{
    /// <summary>Deeper nesting is refused: a reader that calls itself must not be led to overflow its host's stack.</summary>
    private const int MostDepth = 64;

    private readonly string _text;
    private int _at;

    private Json(string text) => _text = text;

    /// <summary>Throws <see cref="FormatException"/> with the place where the text is not JSON.</summary>
    public static object? Parse(string text)
    {
        Json json = new(text);
        object? value = json.Value(MostDepth);
        json.SkipSpace();
        return json._at == text.Length ? value : throw json.Wrong("the end");
    }

    private object? Value(int depth)
    {
        SkipSpace();
        if (depth == 0)
            throw Wrong("less nesting");
        switch (Peek())
        {
            case '{':
                return Object(depth);
            case '[':
                return Array(depth);
            case '"':
                return String();
            case 't':
                Expect("true");
                return true;
            case 'f':
                Expect("false");
                return false;
            case 'n':
                Expect("null");
                return null;
            default:
                return Number();
        }
    }

    private Dictionary<string, object?> Object(int depth)
    {
        Dictionary<string, object?> members = [];
        _at++;
        for (bool first = true; !Ends('}', first); first = false)
        {
            SkipSpace();
            if (Peek() != '"')
                throw Wrong("a name");
            string name = String();
            SkipSpace();
            Expect(":");
            members[name] = Value(depth - 1);
        }

        return members;
    }

    private List<object?> Array(int depth)
    {
        List<object?> items = [];
        _at++;
        for (bool first = true; !Ends(']', first); first = false)
            items.Add(Value(depth - 1));
        return items;
    }

    /// <summary>Takes the closing bracket, or the comma before the next item.</summary>
    private bool Ends(char bracket, bool first)
    {
        SkipSpace();
        if (Peek() == bracket)
        {
            _at++;
            return true;
        }

        if (!first)
            Expect(",");
        return false;
    }

    private string String()
    {
        StringBuilder text = new();
        for (_at++; Peek() != '"'; _at++)
        {
            if (Peek() < ' ')
                throw Wrong("the string's end");
            text.Append(Peek() == '\\' ? Escaped() : Peek());
        }

        _at++;
        return text.ToString();
    }

    /// <summary>Leaves the place at the last character of the escape.</summary>
    private char Escaped()
    {
        _at++;
        if (Peek() == 'u')
        {
            if (_at + 4 >= _text.Length || !ushort.TryParse(_text.Substring(_at + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort unit))
                throw Wrong("four hexadecimal digits");
            _at += 4;
            return (char)unit;
        }

        const string Letters = "\"\\/bfnrt", Meanings = "\"\\/\b\f\n\r\t";
        int index = Letters.IndexOf(Peek());
        return index >= 0 ? Meanings[index] : throw Wrong("an escape");
    }

    private double Number()
    {
        int start = _at;
        while (_at < _text.Length && "+-.eE0123456789".IndexOf(_text[_at]) >= 0)
            _at++;
        bool isNumber = double.TryParse(_text.Substring(start, _at - start), NumberStyles.Float & ~NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out double number);
        if (isNumber)
            return number;
        _at = start;
        throw Wrong("a value");
    }

    private void Expect(string word)
    {
        if (string.CompareOrdinal(_text, _at, word, 0, word.Length) != 0)
            throw Wrong($"'{word}'");
        _at += word.Length;
    }

    private void SkipSpace()
    {
        while (Peek() is ' ' or '\t' or '\n' or '\r')
            _at++;
    }

    /// <summary>NUL at the end, which is no character of JSON.</summary>
    private char Peek() => _at < _text.Length ? _text[_at] : '\0';

    private FormatException Wrong(string expected)
    {
        int line = 1, start = 0;
        for (int i = 0; i < _at; i++)
        {
            if (_text[i] != '\n')
                continue;
            line++;
            start = i + 1;
        }

        string found = _at < _text.Length ? $"'{_text[_at]}'" : "the end";
        return new FormatException($"line {line}, column {_at - start + 1}: {expected} is expected, not {found}");
    }
}
