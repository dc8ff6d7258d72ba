using Faultline.Tracing.Session;

namespace Faultline.Tracing.Binary;

// A sites block: for each site
//   id          varint
//   assembly, type, method, api, file      each a text reference (BlockText.cs); file 0 when there is none
//   line        varint

/// <summary>Call sites as payloads of sites blocks.</summary>
internal static class SiteBlocks
{
    private const int SoftLimit = TraceFileLayout.MaxPayloadBytes / 4;

    /// <summary>Cuts the sites into payloads: the number of sites in each, and its bytes.</summary>
    public static IEnumerable<(int Count, byte[] Payload)> Write(IEnumerable<CallSite> sites)
    {
        var text = new BlockTextWriter();
        int count = 0;
        foreach (CallSite site in sites)
        {
            WriteSite(text, site);
            count++;
            if (text.Length < SoftLimit)
                continue;
            yield return (count, text.Take());
            count = 0;
        }

        if (count > 0)
            yield return (count, text.Take());
    }

    /// <summary>Reads a payload; null when it is not what <see cref="Write"/> makes.</summary>
    public static List<CallSite>? Read(ReadOnlySpan<byte> payload, int count)
    {
        var sites = new List<CallSite>();
        var reader = new BlockTextReader(payload);
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

    private static void WriteSite(BlockTextWriter text, CallSite site)
    {
        text.Number((uint)site.Id);
        text.Text(site.Assembly);
        text.Text(site.Type);
        text.Text(site.Method);
        text.Text(site.Api);
        text.Text(site.File);
        text.Number((uint)Math.Max(0, site.Line));
    }
}
