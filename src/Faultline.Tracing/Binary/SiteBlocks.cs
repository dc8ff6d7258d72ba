using System.Text;
using Faultline.Tracing.Session;

namespace Faultline.Tracing.Binary;

// A sites block: for each site
//   id          varint
//   assembly, type, method, api, file      each a text reference; file 0 when there is none
//   line        varint
// A text reference is a varint: 0 none (null), 1 a new text that follows (varint bytes of UTF-8, then they),
// n + 2 the n-th new text of this block. Varints are 7 bits a byte, low first, the top bit meaning "more".

/// <summary>Call sites as payloads of sites blocks.</summary>
internal static class SiteBlocks
{
    private const int SoftLimit = TraceFileLayout.MaxPayloadBytes / 4;
    private const int LongestText = 16 * 1024;

    /// <summary>Cuts the sites into payloads: the number of sites in each, and its bytes.</summary>
    public static IEnumerable<(int Count, byte[] Payload)> Write(IEnumerable<CallSite> sites)
    {
        var payload = new MemoryStream();
        var texts = new Dictionary<string, int>();
        int count = 0;
        foreach (CallSite site in sites)
        {
            WriteSite(payload, texts, site);
            count++;
            if (payload.Length < SoftLimit)
                continue;
            yield return (count, payload.ToArray());
            payload.SetLength(0);
            texts.Clear();
            count = 0;
        }

        if (count > 0)
            yield return (count, payload.ToArray());
    }

    /// <summary>Reads a payload; null when it is not what <see cref="Write"/> makes.</summary>
    public static List<CallSite>? Read(ReadOnlySpan<byte> payload, int count)
    {
        var sites = new List<CallSite>();
        var reader = new Reader(payload);
        for (int i = 0; i < count; i++)
        {
            var site = new CallSite((int)reader.Number(), reader.Text() ?? "", reader.Text() ?? "", reader.Text() ?? "", reader.Text() ?? "",
                reader.Text(), (int)reader.Number());
            if (reader.Failed || site.Id is <= 0 or >= SessionLayout.SiteCapacity)
                return null;
            sites.Add(site);
        }

        return reader.AtEnd ? sites : null;
    }

    private static void WriteSite(MemoryStream payload, Dictionary<string, int> texts, CallSite site)
    {
        WriteNumber(payload, (uint)site.Id);
        WriteText(payload, texts, site.Assembly);
        WriteText(payload, texts, site.Type);
        WriteText(payload, texts, site.Method);
        WriteText(payload, texts, site.Api);
        WriteText(payload, texts, site.File);
        WriteNumber(payload, (uint)Math.Max(0, site.Line));
    }

    private static void WriteText(MemoryStream payload, Dictionary<string, int> texts, string? text)
    {
        if (text == null)
        {
            WriteNumber(payload, 0);
            return;
        }

        // A C++ template's name can be as long as it likes; a block cannot.
        if (text.Length > LongestText)
            text = text[..LongestText];
        if (texts.TryGetValue(text, out int number))
        {
            WriteNumber(payload, (uint)number + 2);
            return;
        }

        texts.Add(text, texts.Count);
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        WriteNumber(payload, 1);
        WriteNumber(payload, (uint)bytes.Length);
        payload.Write(bytes);
    }

    private static void WriteNumber(MemoryStream payload, uint value)
    {
        for (; value >= 0x80; value >>= 7)
            payload.WriteByte((byte)(value | 0x80));
        payload.WriteByte((byte)value);
    }

    private ref struct Reader(ReadOnlySpan<byte> rest)
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
}
