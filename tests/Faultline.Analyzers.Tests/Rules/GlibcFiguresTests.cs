using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Faultline.Analyzers.Glibc;
using Faultline.Analyzers.Tests.Support;
using Faultline.TestSupport;

namespace Faultline.Analyzers.Tests.Rules;

/// <summary>The figures in the messages against the C library of this machine.</summary>
public unsafe class GlibcFiguresTests
{
    [Theory]
    [InlineData(0, 32)]
    [InlineData(24, 32)]
    [InlineData(25, 48)]
    [InlineData(1032, 1040)]
    [InlineData(131_048, 131_056)]
    [InlineData(131_049, 131_072)]
    public void Chunks(int request, int chunk) => Assert.Equal(chunk, Chunk.SizeFor(request));

    [Theory]
    [InlineData(131_072, 131_048)]
    [InlineData(131_073, 131_064)]
    [InlineData(65_536, 65_512)]
    [InlineData(33, 24)]
    [InlineData(32, -1)]
    [InlineData(0, -1)]
    public void The_largest_request_below_a_threshold(int threshold, int request) => Assert.Equal(request, Chunk.LargestBelow(threshold));

    /// <summary>
    /// malloc_usable_size of a heap block is its chunk less 8. A free chunk that is 16 larger than needed is given whole, since
    /// what is left would be no chunk.
    /// </summary>
    [RealLibcFact]
    public void Chunks_are_those_of_the_real_malloc()
    {
        for (int request = 0; request < 3000; request++)
        {
            void* p = NativeMemory.Alloc((nuint)request);
            Assert.Contains((long)malloc_usable_size((nint)p) + 8 - (long)Chunk.SizeFor(request), new[] { 0L, 16L });
            NativeMemory.Free(p);
        }
    }

    /// <summary>A mapped block's usable size is its mapping less both header words.</summary>
    [RealLibcFact]
    public void Mappings_are_those_of_the_real_malloc()
    {
        foreach (int request in new[] { 40_000_000, 50_000_000, 33_554_416 + 4096 })
        {
            void* p = NativeMemory.Alloc((nuint)request);
            Assert.Equal(Chunk.MappingFor(Chunk.SizeFor(request)) - 16, (long)malloc_usable_size((nint)p));
            NativeMemory.Free(p);
        }
    }

    [RealLibcFact]
    public void Strings_ask_for_what_the_messages_say()
    {
        string[] texts = [.. Enumerable.Range(0, 40).Append(200).Append(1001).Select(length => new string('x', length))];
        string program = "class C { void M() { " + string.Concat(texts.SelectMany(text => Calls.Select(call => $"Marshal.{call.Name}(\"{text}\");"))) + " } }";
        string[] messages = [.. Inspect.Source(program, "FLT0001").Select(d => d.GetMessage())];
        (string Name, Func<string, nint> Make, int Prefix)[] calls = [.. texts.SelectMany(_ => Calls)];
        Assert.Equal(calls.Length, messages.Length);
        for (int i = 0; i < calls.Length; i++)
        {
            nint block = calls[i].Make(texts[i / Calls.Length]) - calls[i].Prefix;
            long said = long.Parse(Regex.Match(messages[i], "with a chunk of ([0-9,]+) bytes,").Groups[1].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
            Assert.Contains((long)malloc_usable_size(block) + 8 - said, new[] { 0L, 16L });
            NativeMemory.Free((void*)block);
        }
    }

    private static readonly (string Name, Func<string, nint> Make, int Prefix)[] Calls =
    [
        ("StringToHGlobalAnsi", Marshal.StringToHGlobalAnsi, 0),
        ("StringToHGlobalUni", Marshal.StringToHGlobalUni, 0),
        ("StringToHGlobalAuto", Marshal.StringToHGlobalAuto, 0),
        ("StringToCoTaskMemAnsi", Marshal.StringToCoTaskMemAnsi, 0),
        ("StringToCoTaskMemUni", Marshal.StringToCoTaskMemUni, 0),
        ("StringToCoTaskMemAuto", Marshal.StringToCoTaskMemAuto, 0),
        ("StringToCoTaskMemUTF8", Marshal.StringToCoTaskMemUTF8, 0),
        ("StringToBSTR", Marshal.StringToBSTR, 8),
    ];

    [DllImport("libc")]
    private static extern nuint malloc_usable_size(nint block);
}
