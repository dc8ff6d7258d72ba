using System.Runtime.InteropServices;
using System.Text;
using Faultline.Shim.Engine;
using Faultline.Shim.Runtime;

namespace Faultline.Shim;

// Strings copied into blocks. On Unix "Ansi" and "Auto" are UTF-8; the blocks are sized for the worst case (three bytes a
// char, UTF-8's own upper bound plus the terminator), not for the text, so the slack behind a string is part of the block.
public static unsafe partial class MarshalShim
{
    private const int AnsiBytesPerChar = 3;

    /// <inheritdoc cref="Marshal.StringToHGlobalAnsi(string)"/>
    public static nint StringToHGlobalAnsi(string? s, int site)
        => ShimRuntime.Engine is { } engine ? Copy(engine, s, Encoded.Ansi, toCoTaskMem: false, site) : Marshal.StringToHGlobalAnsi(s);

    /// <inheritdoc cref="Marshal.StringToHGlobalUni(string)"/>
    public static nint StringToHGlobalUni(string? s, int site)
        => ShimRuntime.Engine is { } engine ? Copy(engine, s, Encoded.Utf16, toCoTaskMem: false, site) : Marshal.StringToHGlobalUni(s);

    /// <inheritdoc cref="Marshal.StringToHGlobalAuto(string)"/>
    public static nint StringToHGlobalAuto(string? s, int site)
        => ShimRuntime.Engine is { } engine ? Copy(engine, s, Encoded.Utf8, toCoTaskMem: false, site) : Marshal.StringToHGlobalAuto(s);

    /// <inheritdoc cref="Marshal.StringToCoTaskMemAnsi(string)"/>
    public static nint StringToCoTaskMemAnsi(string? s, int site)
        => ShimRuntime.Engine is { } engine ? Copy(engine, s, Encoded.Ansi, toCoTaskMem: true, site) : Marshal.StringToCoTaskMemAnsi(s);

    /// <inheritdoc cref="Marshal.StringToCoTaskMemUni(string)"/>
    public static nint StringToCoTaskMemUni(string? s, int site)
        => ShimRuntime.Engine is { } engine ? Copy(engine, s, Encoded.Utf16, toCoTaskMem: true, site) : Marshal.StringToCoTaskMemUni(s);

    /// <inheritdoc cref="Marshal.StringToCoTaskMemAuto(string)"/>
    public static nint StringToCoTaskMemAuto(string? s, int site)
        => ShimRuntime.Engine is { } engine ? Copy(engine, s, Encoded.Utf8, toCoTaskMem: true, site) : Marshal.StringToCoTaskMemAuto(s);

    /// <inheritdoc cref="Marshal.StringToCoTaskMemUTF8(string)"/>
    public static nint StringToCoTaskMemUTF8(string? s, int site)
        => ShimRuntime.Engine is { } engine ? Copy(engine, s, Encoded.Utf8, toCoTaskMem: true, site) : Marshal.StringToCoTaskMemUTF8(s);

    private enum Encoded
    {
        Ansi,
        Utf8,
        Utf16,
    }

    private static nint Copy(ShimEngine engine, string? s, Encoded encoded, bool toCoTaskMem, int site)
    {
        if (s == null)
        {
            engine.CountNothing(site);
            return 0;
        }

        long bytes = BlockBytes(s.Length, encoded);
        if (bytes > int.MaxValue)
            ThrowTooLong(encoded);
        byte* block = (byte*)NativeMemoryShim.Alloc(engine, (nuint)bytes, toCoTaskMem ? CoTaskMem : HGlobal, site);
        if (encoded == Encoded.Utf16)
        {
            s.CopyTo(new Span<char>(block, s.Length));
            ((char*)block)[s.Length] = '\0';
        }
        else
        {
            int written = Encoding.UTF8.GetBytes(s, new Span<byte>(block, (int)bytes - 1));
            block[written] = 0;
        }

        return (nint)block;
    }

    private static long BlockBytes(int length, Encoded encoded) => encoded switch
    {
        Encoded.Ansi => (length + 1L) * AnsiBytesPerChar,
        Encoded.Utf8 => Encoding.UTF8.GetMaxByteCount(length) + 1L,
        _ => (length + 1L) * sizeof(char),
    };

    private static void ThrowTooLong(Encoded encoded)
    {
        if (encoded == Encoded.Utf8)
            throw new OverflowException();
        throw new ArgumentOutOfRangeException("s");
    }
}
