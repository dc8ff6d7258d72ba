using System.Text;

namespace Faultline.Reporting.Exports;

/// <summary>
/// The little of protocol buffers that profile.proto needs: varints and length-delimited fields (https://protobuf.dev/programming-guides/encoding). Fields with
/// their default value are left out, as proto3 has it.
/// </summary>
internal sealed class ProtobufWriter
{
    private const int VarintType = 0;
    private const int LengthType = 2;

    private readonly MemoryStream _bytes = new();

    public ReadOnlySpan<byte> Bytes => _bytes.GetBuffer().AsSpan(0, (int)_bytes.Length);

    public void Number(int field, long value)
    {
        if (value == 0)
            return;
        Varint((ulong)field << 3 | VarintType);
        Varint((ulong)value);
    }

    public void Message(int field, ProtobufWriter message) => Delimited(field, message.Bytes);

    /// <summary>Also the empty text: a table of strings begins with it.</summary>
    public void Text(int field, string text) => Delimited(field, Encoding.UTF8.GetBytes(text));

    /// <summary>A repeated number in packed form.</summary>
    public void Packed(int field, IEnumerable<long> values)
    {
        ProtobufWriter packed = new();
        foreach (long value in values)
            packed.Varint((ulong)value);
        Delimited(field, packed.Bytes);
    }

    private void Delimited(int field, ReadOnlySpan<byte> bytes)
    {
        Varint((ulong)field << 3 | LengthType);
        Varint((ulong)bytes.Length);
        _bytes.Write(bytes);
    }

    private void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            _bytes.WriteByte((byte)(value | 0x80));
        _bytes.WriteByte((byte)value);
    }
}
