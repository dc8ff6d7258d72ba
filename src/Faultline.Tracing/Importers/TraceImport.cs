using System.IO.Compression;
using System.Text;
using Faultline.Tracing.Binary;
using Faultline.Tracing.Events;

namespace Faultline.Tracing.Importers;

/// <summary>What opening a trace may need from outside.</summary>
public sealed record ImportOptions
{
    /// <summary>Makes a decompressing stream over a zstd one. .NET has none of its own, and packages are not for this assembly.</summary>
    public Func<Stream, Stream>? Zstd { get; init; }

    /// <summary>Names for the code that .NET compiled at run time, for heaptrack files.</summary>
    public PerfMap? PerfMap { get; init; }
}

/// <summary>Opens a trace of any format; the content tells which, and how it is compressed, not the name.</summary>
public static class TraceImport
{
    private const int HeadBytes = 16;

    /// <summary>
    /// Without it GZipStream takes a file that is cut off for a shorter one. The runtime looks at it once, before the first gzip
    /// stream of the process: a host that made one earlier should set it in its runtimeconfig.json.
    /// </summary>
    private const string StrictGzip = "System.IO.Compression.UseStrictValidation";

    static TraceImport()
    {
        if (!AppContext.TryGetSwitch(StrictGzip, out _))
            AppContext.SetSwitch(StrictGzip, true);
    }

    /// <summary>
    /// Opens a file. Throws <see cref="TraceFormatException"/> with one line when it is no trace that is known (or none of it can be
    /// read), <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> when it cannot be opened.
    /// </summary>
    public static ITraceSource Open(string path, ImportOptions? options = null)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 64 * 1024);
        try
        {
            return Open(file, path, options);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Opens a stream, which the source closes.</summary>
    /// <param name="stream">At the start of the trace; need not be seekable.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <param name="options">None: no zstd, no names for compiled code.</param>
    public static ITraceSource Open(Stream stream, string name, ImportOptions? options = null)
    {
        options ??= new ImportOptions();
        var peeked = new PeekedStream(stream, HeadBytes);
        ReadOnlySpan<byte> head = Peek(peeked, name);
        if (head is [0x1f, 0x8b, ..])
            return OpenPlain(new GZipStream(peeked, CompressionMode.Decompress), name, options);
        if (head is [0x28, 0xb5, 0x2f, 0xfd, ..])
            return OpenPlain(DecompressZstd(peeked, name, options), name, options);
        return OpenPlain(peeked, name, options);
    }

    private static Stream DecompressZstd(Stream stream, string name, ImportOptions options)
        => options.Zstd?.Invoke(stream)
            ?? throw new TraceFormatException($"{name}: compressed with zstd, which cannot be read here; decompress it first (zstd -d)");

    private static ITraceSource OpenPlain(Stream stream, string name, ImportOptions options)
    {
        PeekedStream peeked = stream as PeekedStream ?? new PeekedStream(stream, HeadBytes);
        ReadOnlySpan<byte> head = Peek(peeked, name);
        if (head.StartsWith(TraceFileLayout.Magic))
            return new TraceReader(Seekable(peeked));
        if (head.StartsWith("v "u8))
            return new HeaptrackImporter(peeked, name, options.PerfMap);
        if (head.StartsWith("= Start"u8) || head.StartsWith("@ "u8))
            return new MtraceImporter(peeked, name);
        if (IsText(head))
            return new TextImporter(new StreamReader(peeked, Encoding.Latin1, false, 64 * 1024), name);
        throw new TraceFormatException(head.IsEmpty ? $"{name}: empty"
            : $"{name}: not a .fltrace, heaptrack, mtrace or text trace: it starts with {Convert.ToHexString(head[..Math.Min(8, head.Length)])}");
    }

    /// <summary>"a 0 16", "T1 a 0 16", "# comment".</summary>
    private static bool IsText(ReadOnlySpan<byte> head)
        => head.Length > 1 && (head[0] == '#' || (head[0] == 'T' && char.IsAsciiDigit((char)head[1]))
            || (char.IsAsciiLetter((char)head[0]) && head[1] is (byte)' ' or (byte)'\n'));

    private static ReadOnlySpan<byte> Peek(PeekedStream stream, string name)
    {
        try
        {
            return stream.Head;
        }
        catch (InvalidDataException e)
        {
            throw new TraceFormatException($"{name}: damaged compressed data ({e.Message})", e);
        }
    }

    /// <summary>A .fltrace is read twice: what cannot be read twice is put into a file without a name first.</summary>
    private static Stream Seekable(PeekedStream stream)
    {
        if (stream.Whole is { CanSeek: true } seekable)
            return seekable;
        var copy = new FileStream(Path.GetTempFileName(), FileMode.Open, FileAccess.ReadWrite, FileShare.None, 64 * 1024, FileOptions.DeleteOnClose);
        stream.CopyTo(copy);
        stream.Dispose();
        return copy;
    }
}
