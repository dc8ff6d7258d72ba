using System.Runtime.CompilerServices;
using Faultline.Tracing.Stacks;

namespace Faultline.Shim.Engine;

// Which of the thread's allocations have their stacks recorded. Samples lie in its stream of allocated bytes at exponential distances: a
// countdown in bytes, one subtraction an allocation. Distances are drawn from the thread's number, so that a run can be repeated.
internal sealed unsafe partial class EngineThread
{
    /// <summary>No request that is granted is larger than an address space.</summary>
    private const ulong LargestRequest = 1UL << 47;

    private long _untilSample;
    private ulong _random;

    /// <summary>The stack of the call under way, for its event; 0 for none.</summary>
    public int Stack;

    /// <summary>Whether a sample lies in the next so many bytes. Of calls that the allocator will refuse it does not matter.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsSampled(ulong requested, in StackSampling sampling)
    {
        if (sampling.Kind == StackKind.All)
            return true;
        if (_random == 0)
            Seed(sampling);
        return (_untilSample -= (long)Math.Clamp(requested, 1, LargestRequest)) < 0 && Restart(sampling);
    }

    private void Seed(in StackSampling sampling)
    {
        _random = ((ulong)Malloc.Number + 1) * 0x9e3779b97f4a7c15;
        Restart(sampling);
    }

    /// <summary>A new distance, from the end of the block that was hit: what lies behind a sample does not depend on what lay before it.</summary>
    private bool Restart(in StackSampling sampling)
    {
        // splitmix64
        ulong z = _random += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        z ^= z >> 31;
        double uniform = ((z >> 11) + 1) * (1.0 / (1UL << 53));
        _untilSample = (long)(-Math.Log(uniform) * sampling.Bytes);
        return true;
    }
}
