using System.Text;

namespace Faultline.Tracing.Importers;

/// <summary>The fields of one line, separated by single blanks, read from left to right.</summary>
internal ref struct LineFields(ReadOnlySpan<byte> line)
{
    private ReadOnlySpan<byte> _rest = line;

    public readonly ReadOnlySpan<byte> Rest => _rest;

    public readonly bool AtEnd => _rest.IsEmpty;

    /// <summary>A hexadecimal number without prefix, as heaptrack writes them.</summary>
    public bool TryHex(out ulong value)
    {
        value = 0;
        int i = 0;
        for (; i < _rest.Length && _rest[i] != ' '; i++)
        {
            int digit = HexDigit(_rest[i]);
            if (digit < 0 || i == 16)
                return false;
            value = value << 4 | (uint)digit;
        }

        if (i == 0)
            return false;
        _rest = _rest[Math.Min(i + 1, _rest.Length)..];
        return true;
    }

    /// <summary>A hexadecimal number that fits an int: an index, a line.</summary>
    public bool TryIndex(out int value)
    {
        bool ok = TryHex(out ulong number) && number <= int.MaxValue;
        value = ok ? (int)number : 0;
        return ok;
    }

    /// <summary>So many bytes, then a blank or the end.</summary>
    public bool TryText(int length, out string text)
    {
        text = "";
        if (length > _rest.Length || (length < _rest.Length && _rest[length] != ' '))
            return false;
        text = Encoding.UTF8.GetString(_rest[..length]);
        _rest = _rest[Math.Min(length + 1, _rest.Length)..];
        return true;
    }

    /// <summary>Up to the next blank; empty at the end.</summary>
    public ReadOnlySpan<byte> Word()
    {
        int blank = _rest.IndexOf((byte)' ');
        ReadOnlySpan<byte> word = blank < 0 ? _rest : _rest[..blank];
        _rest = blank < 0 ? [] : _rest[(blank + 1)..];
        return word;
    }

    private static int HexDigit(byte c) => c switch
    {
        >= (byte)'0' and <= (byte)'9' => c - '0',
        >= (byte)'a' and <= (byte)'f' => c - 'a' + 10,
        _ => -1,
    };
}
