using System.Diagnostics;
using System.Runtime.CompilerServices;
using Faultline.Names;
using Faultline.Shim.Stacks;
using Faultline.Tracing.Stacks;

namespace Faultline.Shim.Tests.Stacks;

/// <summary>Frames are named by what the user wrote.</summary>
public class FrameNameTests
{
    private const string Type = "Faultline.Shim.Tests.Stacks.FrameNameTests";

    private StackFrameName Property
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        get => Here();
    }

    [Fact]
    public void Methods_lambdas_local_functions_and_properties()
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        static StackFrameName Local() => Here();

        Func<StackFrameName> lambda = [MethodImpl(MethodImplOptions.NoInlining)] () => Here();
        Assert.Equal((Type, nameof(Plain)), Of(Plain()));
        Assert.Equal((Type, $"Local (in {nameof(Methods_lambdas_local_functions_and_properties)})"), Of(Local()));
        Assert.Equal((Type, $"{nameof(Methods_lambdas_local_functions_and_properties)} (lambda)"), Of(lambda()));
        Assert.Equal((Type, "Property (get)"), Of(Property));
        Assert.Equal(("Faultline.Shim.Tests.Stacks.FrameNameTests.Nested<T>", "Go"), Of(Nested<int>.Go()));
    }

    [Fact]
    public async Task Async_methods_are_not_their_machines()
    {
        await Task.Yield();
        Assert.Equal((Type, nameof(Async_methods_are_not_their_machines)), Of(Here()));
        Assert.Equal("FrameNameTests.cs", Path.GetFileName(Here().File));
    }

    /// <summary>Where there is no metadata, names come as texts.</summary>
    [Theory]
    [InlineData("Space.Program", "<Main>$", "Space.Program", "Main")]
    [InlineData("Space.Program+<Run>d__3", "MoveNext", "Space.Program", "Run")]
    [InlineData("Space.Outer+Inner+<>c", "<Go>b__0_1", "Space.Outer.Inner", "Go (lambda)")]
    [InlineData("Space.Cache", "System.IDisposable.Dispose", "Space.Cache", "IDisposable.Dispose")]
    [InlineData("Space.Cache", "set_Size", "Space.Cache", "Size (set)")]
    [InlineData("Program+work@12", "Invoke", "Program", "work (lambda)")]
    public void Compiled_names(string type, string method, string expectedType, string expectedMethod)
        => Assert.Equal((expectedType, expectedMethod), (CompiledNames.Type(type), CompiledNames.Method(type, method)));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static StackFrameName Plain() => Here();

    /// <summary>The caller's frame.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static StackFrameName Here() => FrameNames.Of(new StackTrace(1, fNeedFileInfo: true).GetFrame(0));

    private static (string Type, string Method) Of(StackFrameName frame) => (frame.Type, frame.Method);

    private static class Nested<T>
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public static StackFrameName Go() => Here();
    }
}
