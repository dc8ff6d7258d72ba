namespace Faultline.Tracing.Text;

/// <summary>What one line of a text trace does.</summary>
public enum TraceAction : byte
{
    /// <summary>a: malloc(A).</summary>
    Malloc,

    /// <summary>c: calloc(A, B).</summary>
    Calloc,

    /// <summary>r: realloc(block, A).</summary>
    Realloc,

    /// <summary>m: memalign(A, B).</summary>
    Memalign,

    /// <summary>f: free(block).</summary>
    Free,

    /// <summary>t: a store to the block's byte A and to every later page start before byte A + B.</summary>
    TouchWrite,

    /// <summary>R: loads at the same places.</summary>
    TouchRead,

    /// <summary>x: malloc_trim(0).</summary>
    Trim,

    /// <summary>i: mallinfo2.</summary>
    Info,

    /// <summary>b: sbrk(A) by the program itself; A is a signed 64-bit number.</summary>
    MoveBreak,

    /// <summary>o: mallopt(A, B); both are C ints in the low bits.</summary>
    Mallopt,

    /// <summary>spawn: pthread_create of thread Block.</summary>
    Spawn,

    /// <summary>exit: the thread ends.</summary>
    Exit,

    /// <summary>join: pthread_join of thread Block.</summary>
    Join,
}

/// <summary>One operation of a trace. Sizes and offsets in bytes.</summary>
/// <param name="Action">What is done.</param>
/// <param name="Thread">By whom: 0 is the main thread.</param>
/// <param name="Block">The trace's number for the block (or the thread that is spawned or joined).</param>
/// <param name="A">First argument, see <see cref="TraceAction"/>.</param>
/// <param name="B">Second argument.</param>
public readonly record struct TraceOperation(TraceAction Action, byte Thread, uint Block, ulong A, ulong B);
