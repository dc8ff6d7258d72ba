// A single-file application: files appended to the host, and a manifest behind them. Manifest (dotnet/runtime, Microsoft.NET.HostModel):
//   uint32 major, uint32 minor, int32 number of files, string id
//   from major 2: int64 position and size of deps.json, the same of runtimeconfig.json, uint64 flags
//   each file: int64 position, int64 size, from major 6 int64 compressed size (0: stored), byte type, string relative path
// A string is a 7-bit coded length and UTF-8. Compressed files are raw deflate.

using System.IO.Compression;

namespace Faultline.Weaver.Applications;

internal sealed class Bundle
{
    private const ulong CompatibleWithNetCoreApp3 = 1;
    private readonly record struct Entry(long Position, long Size, long CompressedSize, string Path);

    private readonly string path;
    private readonly List<Entry> entries = [];

    private Bundle(string path) => this.path = path;

    public required string Id { get; init; }

    /// <summary>The host unpacks everything into a temporary folder, which then is AppContext.BaseDirectory.</summary>
    public bool IsUnpackedByHost { get; private init; }

    /// <summary>Throws UnsupportedApplicationException where the manifest's version is not known or makes no sense.</summary>
    public static Bundle Read(string path, long header)
    {
        using FileStream stream = File.OpenRead(path);
        if (header < 0 || header >= stream.Length)
            throw new UnsupportedApplicationException($"{path}: the single file's manifest should be at {header}, but the file has {stream.Length} bytes");
        stream.Position = header;
        using BinaryReader reader = new(stream);
        try
        {
            uint major = reader.ReadUInt32(), minor = reader.ReadUInt32();
            if (major is not (1 or 2 or 6))
                throw new UnsupportedApplicationException($"{path}: the single file's manifest has version {major}.{minor}; 1, 2 and 6 are known: run the application's dll instead");
            int count = reader.ReadInt32();
            string id = reader.ReadString();
            ulong flags = major >= 2 ? ReadFlags(reader) : CompatibleWithNetCoreApp3;
            Bundle bundle = new(path) { Id = id, IsUnpackedByHost = (flags & CompatibleWithNetCoreApp3) != 0 };
            for (int i = 0; i < count; i++)
                bundle.entries.Add(ReadEntry(reader, major));
            return bundle;
        }
        catch (EndOfStreamException e)
        {
            throw new UnsupportedApplicationException($"{path}: the single file's manifest is cut off", e);
        }
    }

    /// <summary>Writes every file under <paramref name="folder"/>, which must be empty.</summary>
    public void Extract(string folder)
    {
        using FileStream stream = File.OpenRead(path);
        foreach (Entry entry in entries)
        {
            string target = Path.GetFullPath(Path.Combine(folder, entry.Path));
            if (!target.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal))
                throw new UnsupportedApplicationException($"{path}: the single file holds a path that leads out of it: {entry.Path}");
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            stream.Position = entry.Position;
            using FileStream output = File.Create(target);
            if (entry.CompressedSize == 0)
                CopyBytes(stream, output, entry.Size);
            else
                using (DeflateStream deflate = new(stream, CompressionMode.Decompress, leaveOpen: true))
                    CopyBytes(deflate, output, entry.Size);
        }
    }

    private static ulong ReadFlags(BinaryReader reader)
    {
        for (int i = 0; i < 4; i++)
            reader.ReadInt64();
        return reader.ReadUInt64();
    }

    private static Entry ReadEntry(BinaryReader reader, uint major)
    {
        long position = reader.ReadInt64(), size = reader.ReadInt64();
        long compressed = major >= 6 ? reader.ReadInt64() : 0;
        reader.ReadByte();
        return new Entry(position, size, compressed, reader.ReadString());
    }

    private static void CopyBytes(Stream from, Stream to, long count)
    {
        byte[] buffer = new byte[81920];
        while (count > 0)
        {
            int read = from.Read(buffer, 0, (int)Math.Min(count, buffer.Length));
            if (read == 0)
                throw new EndOfStreamException();
            to.Write(buffer, 0, read);
            count -= read;
        }
    }
}
