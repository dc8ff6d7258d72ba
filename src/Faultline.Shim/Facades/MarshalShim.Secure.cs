using System.Runtime.InteropServices;
using System.Security;
using System.Text;
using Faultline.Api;
using Faultline.Shim.Engine;
using Faultline.Shim.Runtime;

namespace Faultline.Shim;

// SecureStrings copied into blocks, and the functions that clear a string before they free it. The plain text is taken
// from the original function, in a real block that is cleared again at once: there is no other way to it.
public static unsafe partial class MarshalShim
{
    /// <inheritdoc cref="Marshal.SecureStringToGlobalAllocAnsi(SecureString)"/>
    public static nint SecureStringToGlobalAllocAnsi(SecureString s, int site)
        => ShimRuntime.Engine is { } engine ? Reveal(engine, s, unicode: false, HGlobal, site) : Marshal.SecureStringToGlobalAllocAnsi(s);

    /// <inheritdoc cref="Marshal.SecureStringToGlobalAllocUnicode(SecureString)"/>
    public static nint SecureStringToGlobalAllocUnicode(SecureString s, int site)
        => ShimRuntime.Engine is { } engine ? Reveal(engine, s, unicode: true, HGlobal, site) : Marshal.SecureStringToGlobalAllocUnicode(s);

    /// <inheritdoc cref="Marshal.SecureStringToCoTaskMemAnsi(SecureString)"/>
    public static nint SecureStringToCoTaskMemAnsi(SecureString s, int site)
        => ShimRuntime.Engine is { } engine ? Reveal(engine, s, unicode: false, CoTaskMem, site) : Marshal.SecureStringToCoTaskMemAnsi(s);

    /// <inheritdoc cref="Marshal.SecureStringToCoTaskMemUnicode(SecureString)"/>
    public static nint SecureStringToCoTaskMemUnicode(SecureString s, int site)
        => ShimRuntime.Engine is { } engine ? Reveal(engine, s, unicode: true, CoTaskMem, site) : Marshal.SecureStringToCoTaskMemUnicode(s);

    /// <inheritdoc cref="Marshal.ZeroFreeGlobalAllocAnsi(nint)"/>
    public static void ZeroFreeGlobalAllocAnsi(nint s, int site)
    {
        if (ShimRuntime.Engine is { } engine)
            ClearAndFree(engine, s, BytesOf((byte*)s), HGlobal, site);
        else
            Marshal.ZeroFreeGlobalAllocAnsi(s);
    }

    /// <inheritdoc cref="Marshal.ZeroFreeGlobalAllocUnicode(nint)"/>
    public static void ZeroFreeGlobalAllocUnicode(nint s, int site)
    {
        if (ShimRuntime.Engine is { } engine)
            ClearAndFree(engine, s, BytesOf((char*)s), HGlobal, site);
        else
            Marshal.ZeroFreeGlobalAllocUnicode(s);
    }

    /// <inheritdoc cref="Marshal.ZeroFreeCoTaskMemAnsi(nint)"/>
    public static void ZeroFreeCoTaskMemAnsi(nint s, int site) => ZeroFreeCoTaskMemUTF8(s, site);

    /// <inheritdoc cref="Marshal.ZeroFreeCoTaskMemUTF8(nint)"/>
    public static void ZeroFreeCoTaskMemUTF8(nint s, int site)
    {
        if (ShimRuntime.Engine is { } engine)
            ClearAndFree(engine, s, BytesOf((byte*)s), CoTaskMem, site);
        else
            Marshal.ZeroFreeCoTaskMemUTF8(s);
    }

    /// <inheritdoc cref="Marshal.ZeroFreeCoTaskMemUnicode(nint)"/>
    public static void ZeroFreeCoTaskMemUnicode(nint s, int site)
    {
        if (ShimRuntime.Engine is { } engine)
            ClearAndFree(engine, s, BytesOf((char*)s), CoTaskMem, site);
        else
            Marshal.ZeroFreeCoTaskMemUnicode(s);
    }

    private static nint Reveal(ShimEngine engine, SecureString s, bool unicode, AllocationFamily family, int site)
    {
        nint plain = Marshal.SecureStringToBSTR(s);
        try
        {
            ReadOnlySpan<char> text = BstrText(plain);
            int bytes = unicode ? (text.Length + 1) * sizeof(char) : Encoding.UTF8.GetByteCount(text) + 1;
            byte* block = (byte*)NativeMemoryShim.Alloc(engine, (nuint)bytes, family, site);
            if (unicode)
            {
                text.CopyTo(new Span<char>(block, text.Length));
                ((char*)block)[text.Length] = '\0';
            }
            else
            {
                Encoding.UTF8.GetBytes(text, new Span<byte>(block, bytes - 1));
                block[bytes - 1] = 0;
            }

            return (nint)block;
        }
        finally
        {
            Marshal.ZeroFreeBSTR(plain);
        }
    }

    /// <summary>Length of a zero-terminated string of bytes; 0 for null.</summary>
    private static nuint BytesOf(byte* text)
    {
        byte* end = text;
        while (end != null && *end != 0)
            end++;
        return (nuint)(end - text);
    }

    private static nuint BytesOf(char* text)
    {
        char* end = text;
        while (end != null && *end != 0)
            end++;
        return (nuint)((byte*)end - (byte*)text);
    }

    private static void ClearAndFree(ShimEngine engine, nint s, nuint bytes, AllocationFamily family, int site)
    {
        if (s != 0)
            NativeMemory.Clear((void*)s, bytes);
        engine.Free((void*)s, family, site);
    }
}
