using System.Reflection;
using System.Runtime.InteropServices;
using System.Security;
using System.Text;
using Faultline.Shim.Tests.Support;

namespace Faultline.Shim.Tests.Facades;

/// <summary>Marshal's facade beside the original: bytes of strings, block sizes, exceptions, null.</summary>
public unsafe class MarshalShimTests
{
    private readonly int _site = RoutedProcess.NextSite();

    private static readonly string[] Texts = ["", "a", "hello", "Grüße", "日本語テキスト", "a\0b\0", "😀 surrogates", "\ud800 alone", new string('x', 1000), new string('é', 5000)];

    public static TheoryData<string, string> StringCases()
    {
        var cases = new TheoryData<string, string>();
        foreach (string method in typeof(Marshal).GetMethods().Select(m => m.Name).Where(n => n.StartsWith("StringTo", StringComparison.Ordinal)).Distinct())
            foreach (string text in Texts)
                cases.Add(method, text);
        return cases;
    }

    [Theory]
    [MemberData(nameof(StringCases))]
    public void StringsHaveTheSameBytes(string method, string text)
    {
        nint original = (nint)typeof(Marshal).GetMethod(method, [typeof(string)])!.Invoke(null, [text])!;
        nint block = (nint)typeof(MarshalShim).GetMethod(method)!.Invoke(null, [text, _site])!;
        bool isBstr = method.EndsWith("BSTR", StringComparison.Ordinal);
        int length = EncodedLength(method, text);
        int header = isBstr ? 4 : 0;
        Assert.Equal(new Span<byte>((byte*)original - header, length + header), new Span<byte>((byte*)block - header, length + header));
        if (isBstr)
            Assert.Equal(text, Marshal.PtrToStringBSTR(block));

        int start = isBstr ? 8 : 0;
        AssertSameSize(original - start, block - start);
        if (isBstr)
            MarshalShim.FreeBSTR(block, _site);
        else if (method.Contains("HGlobal"))
            MarshalShim.FreeHGlobal(block, _site);
        else
            MarshalShim.FreeCoTaskMem(block, _site);
        NativeMemory.Free((void*)(original - start));
        Assert.Empty(RoutedProcess.FindingsAt(_site));
        Assert.Equal(2UL, RoutedProcess.Site(_site).Calls);
    }

    [Fact]
    public void NullStringsAreNull()
    {
        foreach (MethodInfo method in typeof(MarshalShim).GetMethods().Where(m => m.Name.StartsWith("StringTo", StringComparison.Ordinal)))
            Assert.Equal((nint)0, method.Invoke(null, [null, _site]));
        Assert.Equal(0UL, RoutedProcess.Site(_site).Allocations);
        Assert.Equal(8UL, RoutedProcess.Site(_site).Calls);
    }

    public static TheoryData<string, string> SecureCases()
    {
        var cases = new TheoryData<string, string>();
        foreach (string method in typeof(Marshal).GetMethods().Select(m => m.Name).Where(n => n.StartsWith("SecureStringTo", StringComparison.Ordinal)).Distinct())
            foreach (string text in Texts)
                cases.Add(method, text);
        return cases;
    }

    [Theory]
    [MemberData(nameof(SecureCases))]
    public void SecureStringsHaveTheSameBytes(string method, string text)
    {
        using SecureString secure = new();
        foreach (char c in text)
            secure.AppendChar(c);
        nint original = (nint)typeof(Marshal).GetMethod(method)!.Invoke(null, [secure])!;
        nint block = (nint)typeof(MarshalShim).GetMethod(method)!.Invoke(null, [secure, _site])!;
        bool isBstr = method.EndsWith("BSTR", StringComparison.Ordinal);
        int length = EncodedLength(method, text);
        Assert.Equal(new Span<byte>((byte*)original, length), new Span<byte>((byte*)block, length));
        int start = isBstr ? 8 : 0;
        AssertSameSize(original - start, block - start);
        string release = "ZeroFree" + (isBstr ? "BSTR" : method["SecureStringTo".Length..]);
        typeof(MarshalShim).GetMethod(release)!.Invoke(null, [block, _site]);
        typeof(Marshal).GetMethod(release)!.Invoke(null, [original]);
        Assert.Empty(RoutedProcess.FindingsAt(_site));
    }

    [Fact]
    public void SecureStringNullThrowsAsTheOriginal()
    {
        foreach (MethodInfo method in typeof(MarshalShim).GetMethods().Where(m => m.Name.StartsWith("SecureStringTo", StringComparison.Ordinal)))
        {
            var thrown = Assert.IsType<ArgumentNullException>(Assert.Throws<TargetInvocationException>(() => method.Invoke(null, [null, _site])).InnerException);
            var original = (ArgumentNullException)Assert.Throws<TargetInvocationException>(() => typeof(Marshal).GetMethod(method.Name)!.Invoke(null, [null])).InnerException!;
            Assert.Equal(original.ParamName, thrown.ParamName);
        }
    }

    [Fact]
    public void ClearingFreesClearFirst()
    {
        nint block = MarshalShim.StringToCoTaskMemUTF8("secret secret secret secret", _site);
        // A copy of the block's middle part, which the allocator's links do not reach.
        MarshalShim.ZeroFreeCoTaskMemUTF8(block, _site);
        Assert.Equal(-1, new Span<byte>((byte*)block + 16, 11).IndexOfAnyExcept((byte)0));
        foreach (MethodInfo method in typeof(MarshalShim).GetMethods().Where(m => m.Name.Contains("Free")))
            method.Invoke(null, [(nint)0, _site]);
        Assert.Empty(RoutedProcess.FindingsAt(_site));
    }

    [Fact]
    public void BlocksOfBothKinds()
    {
        nint block = MarshalShim.AllocHGlobal(0, _site);
        Assert.NotEqual(0, block);
        block = MarshalShim.ReAllocHGlobal(block, 100, _site);
        *(long*)block = 77;
        block = MarshalShim.ReAllocHGlobal(block, 200_000, _site);
        Assert.Equal(77, *(long*)block);
        MarshalShim.FreeHGlobal(block, _site);
        MarshalShim.FreeHGlobal(MarshalShim.ReAllocHGlobal(0, 0, _site), _site);
        MarshalShim.FreeHGlobal(MarshalShim.AllocHGlobal((nint)50, _site), _site);

        block = MarshalShim.AllocCoTaskMem(0, _site);
        block = MarshalShim.ReAllocCoTaskMem(block, 64, _site);
        Assert.Equal(0, MarshalShim.ReAllocCoTaskMem(block, 0, _site));
        block = MarshalShim.ReAllocCoTaskMem(0, 0, _site);
        Assert.NotEqual(0, block);
        MarshalShim.FreeCoTaskMem(block, _site);
        Assert.Empty(RoutedProcess.FindingsAt(_site));
        Faultline.Tracing.Session.SiteCounters counters = RoutedProcess.Site(_site);
        Assert.Equal(counters.Allocations, counters.Released);
    }

    [Fact]
    public void WhatCannotBeHadThrowsAsTheOriginal()
    {
        Assert.Throws<OutOfMemoryException>(() => Marshal.AllocHGlobal(-1));
        Assert.Throws<OutOfMemoryException>(() => MarshalShim.AllocHGlobal(-1, _site));
        Assert.Throws<OutOfMemoryException>(() => MarshalShim.AllocHGlobal(nint.MinValue, _site));
        nint block = MarshalShim.AllocHGlobal(10, _site);
        Assert.Throws<OutOfMemoryException>(() => MarshalShim.ReAllocHGlobal(block, -5, _site));
        MarshalShim.FreeHGlobal(block, _site);
        Assert.Equal(3UL, RoutedProcess.Site(_site).Failures);

        // -1 as a size of CoTaskMem is 4 GiB - 1, which can be had.
        MarshalShim.FreeCoTaskMem(MarshalShim.AllocCoTaskMem(-1, _site), _site);
        Assert.Equal((ulong)uint.MaxValue, RoutedProcess.Site(_site).PeakLiveBytes);
    }

    [Fact]
    public void BstrsOfTheOriginalAreRecognised()
    {
        MarshalShim.FreeBSTR(Marshal.StringToBSTR("foreign"), _site);
        MarshalShim.ZeroFreeBSTR(Marshal.StringToBSTR("foreign"), _site);
        MarshalShim.FreeHGlobal(Marshal.StringToHGlobalUni("foreign"), _site);
        MarshalShim.ZeroFreeCoTaskMemUnicode(Marshal.StringToCoTaskMemUni("foreign"), _site);
        Assert.Empty(RoutedProcess.FindingsAt(_site));
        Assert.Equal(0UL, RoutedProcess.Site(_site).Released);
    }

    /// <summary>Bytes of the text as that method encodes it, with its terminator; embedded zeros are part of it.</summary>
    private static int EncodedLength(string method, string text)
        => method.Contains("Uni") || method.EndsWith("BSTR", StringComparison.Ordinal)
            ? (text.Length + 1) * sizeof(char)
            : Encoding.UTF8.GetByteCount(text) + 1;

    /// <summary>Equal requests give equal usable sizes, but for a remainder of 16 bytes that is too small to be cut off.</summary>
    private static void AssertSameSize(nint original, nint block)
        => Assert.InRange((long)RoutedUsable(block) - (long)UsableSize(original), -16, 16);

    private static nuint UsableSize(nint block) => malloc_usable_size((void*)block);

    private static nuint RoutedUsable(nint block) => (nuint)Faultline.Shim.Runtime.ShimRuntime.Engine!.Malloc.UsableSize((ulong)block);

    [DllImport("libc")]
    private static extern nuint malloc_usable_size(void* block);
}
