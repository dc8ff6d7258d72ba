using Faultline.TestSupport;
using Faultline.Tracing.Events;
using Faultline.Tracing.Importers;

namespace Faultline.Tracing.Tests;

/// <summary>The recordings of the Recordings folder.</summary>
internal static class Recordings
{
    public static readonly ImportOptions Options = new() { Zstd = stream => new ZstdSharp.DecompressionStream(stream) };

    public static string PathOf(string name) => Repository.Path("tests", "Faultline.Tracing.Tests", "Recordings", name);

    public static ITraceSource Open(string name, ImportOptions? options = null) => TraceImport.Open(PathOf(name), options ?? Options);

    /// <summary>The bytes of a recording, decompressed.</summary>
    public static byte[] Plain(string name)
    {
        var plain = new MemoryStream();
        using FileStream file = File.OpenRead(PathOf(name));
        using Stream content = name.EndsWith(".zst", StringComparison.Ordinal) ? new ZstdSharp.DecompressionStream(file) : file;
        content.CopyTo(plain);
        return plain.ToArray();
    }
}
