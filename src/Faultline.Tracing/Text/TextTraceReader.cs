using System.IO.Compression;
using System.Text;

namespace Faultline.Tracing.Text;

// The text format, one operation a line, '#' for comments and "#!name value" for settings:
//
//   a ID SIZE        malloc        c ID N SIZE        calloc        t ID OFFSET LENGTH   write        x   malloc_trim
//   r ID SIZE        realloc       m ID ALIGN SIZE    memalign      R ID OFFSET LENGTH   read         i   mallinfo2
//   f ID             free          b DELTA            sbrk          o PARAMETER VALUE    mallopt
//
// In a multi-threaded trace every line starts with its thread, "T3 a 17 100", and there are three more (no b, no o):
//
//   spawn THREAD     pthread_create      exit      the thread returns      join THREAD     pthread_join

/// <summary>Reads text traces, plain or gzip-compressed.</summary>
public static class TextTraceReader
{
    /// <summary>Reads and checks a file; its content, not its name, tells whether it is compressed.</summary>
    /// <exception cref="TraceFormatException">A line is malformed, or the trace uses a block or thread that is not there.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static TextTrace Read(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Read(file, path);
    }

    /// <param name="stream">Seekable; read to its end.</param>
    /// <param name="name">What to call it in messages.</param>
    public static TextTrace Read(Stream stream, string name)
    {
        bool compressed = stream.ReadByte() == 0x1f && stream.ReadByte() == 0x8b;
        stream.Position = 0;
        try
        {
            using Stream content = compressed ? new GZipStream(stream, CompressionMode.Decompress, leaveOpen: true) : stream;
            using StreamReader reader = new(content, Encoding.Latin1, false, 1 << 16);
            return new TextTraceParser(reader, name).Parse();
        }
        catch (InvalidDataException e)
        {
            throw new TraceFormatException($"{name}: damaged gzip data ({e.Message})");
        }
    }
}
