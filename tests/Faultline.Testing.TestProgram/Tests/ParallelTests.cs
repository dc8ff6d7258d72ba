using System.Runtime.InteropServices;
using Xunit;

namespace Faultline.Testing.TestProgram.Tests;

/// <summary>Two tests that run at the same time, in step: what one allocates does not count for the other, at sites that both call either.</summary>
internal static unsafe class InStep
{
    public static readonly Barrier Both = new(2);

    public static byte* Shared(nuint bytes) => (byte*)NativeMemory.Alloc(bytes);
}

public unsafe class ParallelModestTests
{
    [Fact]
    [LimitNativeMemory("1 KB")]
    [LimitNativeLeaks("0 B")]
    [LimitFaults(1000)]
    public void Allocates_little()
    {
        InStep.Both.SignalAndWait();
        byte* block = InStep.Shared(500);
        InStep.Both.SignalAndWait();
        NativeMemory.Free(block);
        InStep.Both.SignalAndWait();
    }
}

public unsafe class ParallelUnclearTests
{
    /// <summary>Of the shared site's faults nobody knows whose they are.</summary>
    [Fact]
    [LimitFaults(10)]
    public void Allocates_little()
    {
        InStep.Both.SignalAndWait();
        byte* block = InStep.Shared(500);
        InStep.Both.SignalAndWait();
        NativeMemory.Free(block);
        InStep.Both.SignalAndWait();
    }
}

public unsafe class ParallelGreedyTests
{
    [Fact]
    public void Allocates_much()
    {
        InStep.Both.SignalAndWait();
        byte* block = InStep.Shared(1 << 20);
        new Span<byte>(block, 1 << 20).Fill(1);
        InStep.Both.SignalAndWait();
        InStep.Both.SignalAndWait();
    }
}
