using Faultline.Tracing.Session;

namespace Faultline.Tracing.Importers;

/// <summary>The callers in mtrace's lines: "./app:(make+0x18)[0x1211]", "./app:[0x1211]", "[0x401136]".</summary>
internal static class MtraceCaller
{
    /// <summary>The call site (id 0): module, and the function with its offset or else the address.</summary>
    public static CallSite Parse(string caller, string api)
    {
        int colon = caller.LastIndexOf(":(", StringComparison.Ordinal);
        if (colon < 0)
            colon = caller.LastIndexOf(":[", StringComparison.Ordinal);
        string module = colon < 0 ? "" : Path.GetFileName(caller[..colon]);
        string place = caller[(colon + 1)..];
        int close = place.LastIndexOf(")[", StringComparison.Ordinal);
        string method = place.StartsWith('(') && close > 1 ? place[1..close] : place.Trim('[', ']');
        return new CallSite(0, module, "", method, api, null, 0);
    }
}
