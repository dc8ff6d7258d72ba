using System.Runtime.InteropServices;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Observers;

/// <summary>Pages [Start, End) that the program has touched: written, or only read so far (the shared page of zeros is mapped there).</summary>
internal struct TouchedRange
{
    public ulong Start;
    public ulong End;
    public bool Written;
}

/// <summary>
/// Tells which real pages of the arena are present. Chosen once, at the start (<see cref="ObserverChoice"/>), so the
/// virtual call stands in front of a system call and never on the way of an allocation that needs none.
/// </summary>
internal abstract unsafe class TouchObserver : IDisposable
{
    /// <summary>Ranges that one call of <see cref="Scan"/> answers at most.</summary>
    public const int Capacity = 256;

    private TouchedRange* _ranges = (TouchedRange*)NativeMemory.Alloc(Capacity, (nuint)sizeof(TouchedRange));

    public abstract ObserverKind Kind { get; }

    /// <summary>
    /// Looks at the pages [start, end), ascending, and leaves the touched ones in <see cref="Ranges"/>: neighbours of one kind
    /// are one range. Answers their number; <paramref name="next"/> is where to go on, <paramref name="end"/> when done.
    /// Throws <see cref="InvalidOperationException"/> when the host's call fails, which after the probe it never did.
    /// </summary>
    public abstract int Scan(ulong start, ulong end, out ulong next);

    public TouchedRange* Ranges => _ranges;

    public virtual void Dispose()
    {
        NativeMemory.Free(_ranges);
        _ranges = null;
    }

    /// <summary>Adds a page to the ranges; false when they are full, then the page is not in them.</summary>
    protected bool Append(ref int count, ulong page, bool written)
    {
        ref TouchedRange last = ref _ranges[Math.Max(count - 1, 0)];
        if (count > 0 && last.End == page && last.Written == written)
        {
            last.End += Kernel.PageSize.Bytes;
            return true;
        }

        if (count == Capacity)
            return false;
        _ranges[count++] = new TouchedRange { Start = page, End = page + Kernel.PageSize.Bytes, Written = written };
        return true;
    }

    protected InvalidOperationException Failure(string call, ulong start, ulong end)
        => new($"{call} failed with errno {Marshal.GetLastSystemError()} for [0x{start:x}, 0x{end:x})");
}
