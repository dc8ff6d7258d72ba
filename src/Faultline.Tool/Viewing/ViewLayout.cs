using System.Globalization;

namespace Faultline.Tool.Viewing;

/// <summary>How wide a view may be, and whether colours may repeat what its words say.</summary>
/// <param name="Width">Columns; null: a pipe or file, where nothing is broken or left out.</param>
/// <param name="Colour">Only on a terminal.</param>
internal sealed record ViewLayout(int? Width, bool Colour)
{
    private const int Narrowest = 40;

    /// <summary>A terminal's width and colours, if it is one; COLUMNS says the width as it does to ls and ps, NO_COLOR forbids colours.</summary>
    public static ViewLayout Of(TextWriter output)
    {
        bool terminal = Terminal.IsOutput(output);
        return new(Columns(Environment.GetEnvironmentVariable("COLUMNS")) ?? (terminal ? Terminal.OutputWidth : null), terminal && Terminal.WantsColour);
    }

    /// <summary>Null for what is no number of columns; fewer than a table needs are taken for the least.</summary>
    public static int? Columns(string? text)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int columns) && columns > 0 ? Math.Max(columns, Narrowest) : null;
}
