using System.Text;

namespace Faultline.Tracing.Binary;

// Numbers and texts in the payloads of definition blocks (sites, stacks). Numbers are varints: 7 bits a byte, low first, the top bit
// meaning "more". A text reference is a varint: 0 none (null), 1 a new text that follows (varint bytes of UTF-8, then they), n + 2 the
// n-th new text of this block.

/// <summary>Makes a payload after the other.</summary>
internal sealed class BlockTextWriter
{
    private const int LongestText = 16 * 1024;

    private readonly MemoryStream _payload = new();
    private readonly Dictionary<string, int> _texts = [];

    public long Length => _payload.Length;

    /// <summary>The payload so far; what follows is the next one's.</summary>
    public byte[] Take()
    {
        byte[] payload = _payload.ToArray();
        _payload.SetLength(0);
        _texts.Clear();
        return payload;
    }

    public void Number(uint value)
    {
        for (; value >= 0x80; value >>= 7)
            _payload.WriteByte((byte)(value | 0x80));
        _payload.WriteByte((byte)value);
    }

    public void Text(string? text)
    {
        if (text == null)
        {
            Number(0);
            return;
        }

        // A C++ template's name can be as long as it likes; a block cannot.
        if (text.Length > LongestText)
            text = text[..LongestText];
        if (_texts.TryGetValue(text, out int number))
        {
            Number((uint)number + 2);
            return;
        }

        _texts.Add(text, _texts.Count);
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Number(1);
        Number((uint)bytes.Length);
        _payload.Write(bytes);
    }
}

/// <summary>Reads a payload. After a number or a text that is none, <see cref="Failed"/> is set and the answers mean nothing.</summary>
internal ref struct BlockTextReader(ReadOnlySpan<byte> rest)
{
    private readonly List<string> _texts = [];
    private ReadOnlySpan<byte> _rest = rest;

    public bool Failed { get; private set; }

    public readonly bool AtEnd => _rest.IsEmpty;

    public uint Number()
    {
        uint value = 0;
        for (int shift = 0; shift < 35 && !_rest.IsEmpty; shift += 7)
        {
            byte b = _rest[0];
            _rest = _rest[1..];
            value |= (uint)(b & 0x7f) << shift;
            if (b < 0x80)
                return value;
        }

        Failed = true;
        return 0;
    }

    public string? Text()
    {
        uint reference = Number();
        if (reference == 0)
            return null;
        if (reference > 1)
            return reference - 2 < _texts.Count ? _texts[(int)reference - 2] : Fail();
        uint length = Number();
        if (Failed || length > _rest.Length)
            return Fail();
        _texts.Add(Encoding.UTF8.GetString(_rest[..(int)length]));
        _rest = _rest[(int)length..];
        return _texts[^1];
    }

    private string? Fail()
    {
        Failed = true;
        return null;
    }
}
