// The launchers that the .NET SDK makes are all copies of one of two programs, apphost and singlefilehost, into which the SDK writes: the
// relative path of the assembly to start, and 8 bytes before a known 32-byte mark, the position of the
// bundle's header, zero where nothing is bundled. A program without the mark is none of theirs. (dotnet/runtime, src/installer.)

using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Faultline.Weaver.Applications;

internal enum NativeExecutableKind
{
    AppHost,
    SingleFile,
    NativeAot,
    Foreign,
}

/// <summary>What an ELF executable is. <see cref="BundleHeader"/> is a position in the file, <see cref="Assembly"/> the path that an apphost is bound to.</summary>
internal readonly record struct NativeExecutable(NativeExecutableKind Kind, long BundleHeader = 0, string? Assembly = null)
{
    private static ReadOnlySpan<byte> BundleMark =>
    [
        0x8b, 0x12, 0x02, 0xb9, 0x6a, 0x61, 0x20, 0x38, 0x72, 0x7b, 0x93, 0x02, 0x14, 0xd7, 0xa0, 0x32,
        0x13, 0xf5, 0xb9, 0xe6, 0xef, 0xae, 0x33, 0x18, 0xee, 0x3b, 0x2d, 0xce, 0x24, 0xb3, 0x6a, 0xae,
    ];

    public static bool IsElf(ReadOnlySpan<byte> start) => start.StartsWith("\u007fELF"u8);

    public static unsafe NativeExecutable Read(string path)
    {
        using MemoryMappedFile file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        using MemoryMappedViewAccessor view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* bytes = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref bytes);
        try
        {
            int length = (int)Math.Min(new FileInfo(path).Length, int.MaxValue);
            return Classify(new ReadOnlySpan<byte>(bytes, length), Path.GetDirectoryName(path)!, Path.GetFileName(path));
        }
        finally
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
        }
    }

    private static NativeExecutable Classify(ReadOnlySpan<byte> image, string folder, string name)
    {
        int mark = image.IndexOf(BundleMark);
        if (mark < sizeof(long))
            return new NativeExecutable(HasManagedCode(image) ? NativeExecutableKind.NativeAot : NativeExecutableKind.Foreign);
        long header = BinaryPrimitives.ReadInt64LittleEndian(image[(mark - sizeof(long))..]);
        return header != 0
            ? new NativeExecutable(NativeExecutableKind.SingleFile, header)
            : new NativeExecutable(NativeExecutableKind.AppHost, 0, BoundAssembly(image, folder, name));
    }

    /// <summary>NativeAOT's linker puts compiled methods into a section of their own, and exports a header for debuggers.</summary>
    private static bool HasManagedCode(ReadOnlySpan<byte> image)
        => image.IndexOf("__managedcode"u8) >= 0 || image.IndexOf("DotNetRuntimeDebugHeader"u8) >= 0;

    /// <summary>The assembly's path lies somewhere in the data, ended by a zero: the first text that ends in .dll and names an existing file.</summary>
    private static string? BoundAssembly(ReadOnlySpan<byte> image, string folder, string name)
    {
        string usual = Path.Combine(folder, name + ".dll");
        if (image.IndexOf(Encoding.UTF8.GetBytes(name + ".dll\0")) >= 0 && File.Exists(usual))
            return usual;
        for (int at = 0; image[at..].IndexOf(".dll\0"u8) is >= 0 and int found; at += found + 5)
        {
            int end = at + found + 4;
            int start = image[..end].LastIndexOf((byte)0) + 1;
            if (end - start > 1024)
                continue;
            string candidate = Path.GetFullPath(Path.Combine(folder, Encoding.UTF8.GetString(image[start..end])));
            if (File.Exists(candidate))
                return candidate;
        }

        return null;
    }
}
