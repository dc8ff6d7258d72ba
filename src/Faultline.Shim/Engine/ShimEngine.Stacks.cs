using System.Runtime.CompilerServices;
using Faultline.Shim.Stacks;

namespace Faultline.Shim.Engine;

// Call stacks of chosen allocations. Taken before the allocator has the call, left in the lane just before the call's event.
internal sealed unsafe partial class ShimEngine
{
    private readonly StackSampler? _stacks;

    /// <summary>The thread is about to ask for that many bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Sample(EngineThread thread, ulong requested)
    {
        if (_stacks != null)
            SampleWith(_stacks, thread, requested);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void SampleWith(StackSampler stacks, EngineThread thread, ulong requested)
        => thread.Stack = thread.IsSampled(requested, stacks.Sampling) ? stacks.Walk() : 0;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void LeaveStack(EngineThread thread)
    {
        thread.Lane?.AppendStack(thread.Stack);
        thread.Stack = 0;
    }
}
