using System.Runtime.CompilerServices;

namespace Faultline.Libc;

/// <summary>The text of a broken invariant, put together only when it is broken: checks run after every operation of a test.</summary>
[InterpolatedStringHandler]
internal ref struct ViolationText
{
    private DefaultInterpolatedStringHandler _text;

    public ViolationText(int literalLength, int formattedCount, bool condition, out bool isWanted)
    {
        isWanted = !condition;
        if (isWanted)
            _text = new DefaultInterpolatedStringHandler(literalLength, formattedCount, System.Globalization.CultureInfo.InvariantCulture);
    }

    public void AppendLiteral(string value) => _text.AppendLiteral(value);

    public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

    public void AppendFormatted<T>(T value, string format) => _text.AppendFormatted(value, format);

    public override string ToString() => _text.ToStringAndClear();
}
