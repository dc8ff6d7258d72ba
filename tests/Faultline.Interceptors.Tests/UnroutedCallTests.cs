using Microsoft.CodeAnalysis.CSharp;

namespace Faultline.Interceptors.Tests;

/// <summary>FLT1101 names what cannot be intercepted, and only that.</summary>
public class UnroutedCallTests
{
    [Theory]
    [InlineData("Action<nint> free = Marshal.FreeHGlobal;", "Marshal.FreeHGlobal is not routed: it is used as a delegate")]
    [InlineData("delegate*<void*, void> free = &NativeMemory.Free;", "NativeMemory.Free is not routed: the address of a method is taken")]
    [InlineData("dynamic size = 5; Marshal.AllocHGlobal(size);", "Marshal.AllocHGlobal is not routed: an argument is dynamic")]
    [InlineData("[DllImport(\"libc\")] static extern nint malloc(nint size); malloc(5);", "malloc is not routed: a local function cannot be intercepted")]
    [InlineData("C.Wide(5.0);", "malloc is not routed: its type double needs the marshaller")]
    [InlineData("C.Few();", "free is not routed: it is declared with 0 parameters, where C has 1")]
    [InlineData("C.ByReference(ref x);", "free is not routed: its parameter block is passed by reference")]
    [InlineData("C.Checked(5);", "malloc is not routed: it is declared with PreserveSig = false")]
    public async Task WhatCannotBeInterceptedIsNamed(string statement, string message)
    {
        RoutedProject project = new(Source(statement));
        (int line, string found) = Assert.Single(await project.UnroutedAsync());
        Assert.StartsWith(message, found);
        Assert.Equal(3, line);
        Assert.Contains("IsDoneByTheInterceptorGenerator", project.Generated);
        project.Load();
    }

    [Fact]
    public async Task APrivateTypeCannotBeNamed()
    {
        RoutedProject project = new("""
            using System.Runtime.InteropServices;
            internal static unsafe class C
            {
                private struct Private;
                [DllImport("libc")] private static extern Private* malloc(nint size);
                public static void Run() => malloc(5);
            }
            """);
        Assert.StartsWith("malloc is not routed: its type C.Private* cannot be named", Assert.Single(await project.UnroutedAsync()).Message);
        project.Load();
    }

    [Theory]
    [InlineData("string name = nameof(Marshal.FreeHGlobal);")]
    [InlineData("NativeMemory.Copy(null, null, 0);")]
    [InlineData("C.Other(5);")]
    [InlineData("Action<nint> free = block => Marshal.FreeHGlobal(block);")]
    [InlineData("Marshal.FreeHGlobal(Marshal.AllocHGlobal(5));")]
    public async Task WhatIsRoutedOrNoneOfOursIsNot(string statement)
    {
        RoutedProject project = new(Source(statement));
        Assert.Empty(await project.UnroutedAsync());
        project.Load();
    }

    [Fact]
    public async Task WithoutRoutingThereIsNothingToSay()
        => Assert.Empty(await new RoutedProject(Source("Action<nint> free = Marshal.FreeHGlobal;"), isRouted: false).UnroutedAsync());

    [Fact]
    public async Task AnOldLanguageVersionIsSaidAtEachCall()
    {
        RoutedProject project = new(Source("Marshal.FreeHGlobal(0);"), language: LanguageVersion.CSharp10);
        Assert.Contains("C# 11", Assert.Single(await project.UnroutedAsync()).Message);
        Assert.Null(project.Generated);
    }

    private static string Source(string statement) => $$"""
        using System; using System.Runtime.InteropServices;
        public static unsafe class Program { public static void Run(nint x) {
        {{statement}}
        } }
        internal static unsafe class C
        {
            [DllImport("libc", EntryPoint = "malloc")] public static extern nint Wide(double size);
            [DllImport("libc", EntryPoint = "malloc", PreserveSig = false)] public static extern nint Checked(nint size);
            [DllImport("libc", EntryPoint = "free")] public static extern void Few();
            [DllImport("libc", EntryPoint = "free")] public static extern void ByReference(ref nint block);
            [DllImport("other", EntryPoint = "malloc")] public static extern nint Other(nint size);
        }
        """;
}
