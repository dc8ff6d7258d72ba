using System.Runtime.CompilerServices;
using Faultline.Libc;

namespace Faultline.Shim.Engine;

/// <summary>
/// What an engine keeps for one thread of the program: its cache and arena in the simulated allocator. Written by its own thread
/// alone, so that nothing of it needs a lock.
/// </summary>
internal sealed class EngineThread(ShimEngine engine, Thread thread, MallocThread malloc)
{
    [ThreadStatic]
    private static EngineThread? t_current;

    public ShimEngine Engine { get; } = engine;

    public Thread Thread { get; } = thread;

    public MallocThread Malloc { get; } = malloc;

    /// <summary>The calling thread's, of whichever engine it called last; null before its first call.</summary>
    public static EngineThread? Current
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => t_current;
        set => t_current = value;
    }
}
