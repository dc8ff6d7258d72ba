namespace Faultline.Reporting;

/// <summary>The sheet a text report is written on: headings, wrapped sentences, labelled lines, tables.</summary>
internal sealed class Page(TextWriter writer, TextOptions options)
{
    private const int ReadableWidth = 110;
    private const int NarrowestWidth = 40;
    private const int LabelWidth = 12;

    /// <summary>Where sentences wrap.</summary>
    public int TextWidth { get; } = Math.Clamp(options.Width ?? ReadableWidth, NarrowestWidth, ReadableWidth);

    /// <summary>Where a table's last column is cut off; none in files.</summary>
    public int TableWidth { get; } = options.Width is { } width ? Math.Max(width, NarrowestWidth) : int.MaxValue;

    public void Line(string text = "") => writer.WriteLine(text.TrimEnd());

    public void Heading(string text, Ink ink = Ink.Bold)
    {
        Line();
        Line(Paint(text, ink));
    }

    /// <summary>"label       text", with the text wrapped beside its label.</summary>
    public void Labelled(string label, string text)
        => Hanging(label.PadRight(LabelWidth - 1) + " ", text);

    public void Paragraph(string text, string indent = "")
        => Hanging(indent, text);

    /// <summary>The first line after <paramref name="lead"/>, the following ones below its end.</summary>
    public void Hanging(string lead, string text, Ink ink = Ink.Plain)
    {
        string indent = lead;
        foreach (string line in Wrapping.Lines(text, TextWidth - lead.Length))
        {
            Line(indent + Paint(line, ink));
            indent = new string(' ', lead.Length);
        }
    }

    public void Table(Table table)
    {
        foreach (string line in table.Lines(TableWidth))
            Line(line);
    }

    public string Paint(string text, Ink ink) => !options.Colour || ink == Ink.Plain ? text : $"\e[{(int)ink}m{text}\e[0m";
}

/// <summary>SGR codes of the few colours in use.</summary>
internal enum Ink
{
    Plain = 0,
    Bold = 1,
    Red = 31,
    Yellow = 33,
}
