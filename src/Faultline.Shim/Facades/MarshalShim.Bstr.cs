using System.Runtime.InteropServices;
using System.Security;
using Faultline.Api;
using Faultline.Shim.Engine;
using Faultline.Shim.Runtime;

namespace Faultline.Shim;

// BSTRs, as .NET lays them out on 64-bit Unix; the block's size is a multiple of 16:
//
//   0      4                      8                            8 + length
//   │ ---- │ length in bytes      │ UTF-16 text                │ 0 0
//   block                         the BSTR points here
public static unsafe partial class MarshalShim
{
    private const ulong BstrHeader = 8;
    private const ulong BstrRounding = 15;

    /// <inheritdoc cref="Marshal.StringToBSTR(string)"/>
    public static nint StringToBSTR(string? s, int site)
    {
        ShimEngine? engine = ShimRuntime.Engine;
        if (engine == null)
            return Marshal.StringToBSTR(s);
        if (s == null)
        {
            engine.CountNothing(site);
            return 0;
        }

        return NewBstr(engine, s, site);
    }

    /// <inheritdoc cref="Marshal.SecureStringToBSTR(SecureString)"/>
    public static nint SecureStringToBSTR(SecureString s, int site)
    {
        ShimEngine? engine = ShimRuntime.Engine;
        if (engine == null)
            return Marshal.SecureStringToBSTR(s);
        nint plain = Marshal.SecureStringToBSTR(s);
        try
        {
            return NewBstr(engine, BstrText(plain), site);
        }
        finally
        {
            Marshal.ZeroFreeBSTR(plain);
        }
    }

    /// <inheritdoc cref="Marshal.FreeBSTR(nint)"/>
    public static void FreeBSTR(nint ptr, int site)
    {
        ShimEngine? engine = ShimRuntime.Engine;
        if (engine == null)
            Marshal.FreeBSTR(ptr);
        else
            engine.Free(ptr == 0 ? null : (byte*)ptr - BstrHeader, AllocationFamily.Bstr, site);
    }

    /// <inheritdoc cref="Marshal.ZeroFreeBSTR(nint)"/>
    public static void ZeroFreeBSTR(nint s, int site)
    {
        ShimEngine? engine = ShimRuntime.Engine;
        if (engine == null)
        {
            Marshal.ZeroFreeBSTR(s);
            return;
        }

        if (s != 0)
            NativeMemory.Clear((void*)s, *((uint*)s - 1));
        FreeBSTR(s, site);
    }

    private static ReadOnlySpan<char> BstrText(nint bstr) => new((void*)bstr, (int)(*((uint*)bstr - 1) / sizeof(char)));

    private static nint NewBstr(ShimEngine engine, ReadOnlySpan<char> text, int site)
    {
        ulong bytes = (sizeof(char) * ((ulong)text.Length + 1)) + BstrHeader + BstrRounding;
        if (bytes > uint.MaxValue)
            throw new OutOfMemoryException();
        bytes &= ~BstrRounding;
        byte* block = (byte*)NativeMemoryShim.Alloc(engine, (nuint)bytes, AllocationFamily.Bstr, site);
        char* bstr = (char*)(block + BstrHeader);
        *((uint*)bstr - 1) = (uint)(text.Length * sizeof(char));
        text.CopyTo(new Span<char>(bstr, text.Length));
        bstr[text.Length] = '\0';
        return (nint)bstr;
    }
}
