using System.Runtime.InteropServices;
using Faultline.Api;
using Faultline.Shim.Engine;
using Faultline.Shim.Runtime;

namespace Faultline.Shim;

/// <summary>
/// Stands in for the allocating and freeing methods of <see cref="Marshal"/>: same names, parameters, answers and exceptions
/// as .NET 10 on Unix, where both the HGlobal and the CoTaskMem functions are malloc's. Without a session each call goes to
/// the original.
/// </summary>
public static unsafe partial class MarshalShim
{
    private const AllocationFamily HGlobal = AllocationFamily.HGlobal;
    private const AllocationFamily CoTaskMem = AllocationFamily.CoTaskMem;

    /// <inheritdoc cref="Marshal.AllocHGlobal(int)"/>
    public static nint AllocHGlobal(int cb, int site) => AllocHGlobal((nint)cb, site);

    /// <inheritdoc cref="Marshal.AllocHGlobal(nint)"/>
    public static nint AllocHGlobal(nint cb, int site)
    {
        ShimEngine? engine = ShimRuntime.Engine;
        return engine == null ? Marshal.AllocHGlobal(cb) : (nint)NativeMemoryShim.Alloc(engine, (nuint)cb, HGlobal, site);
    }

    /// <inheritdoc cref="Marshal.ReAllocHGlobal(nint, nint)"/>
    public static nint ReAllocHGlobal(nint pv, nint cb, int site)
    {
        ShimEngine? engine = ShimRuntime.Engine;
        return engine == null ? Marshal.ReAllocHGlobal(pv, cb) : (nint)NativeMemoryShim.Realloc(engine, (void*)pv, (nuint)cb, HGlobal, site);
    }

    /// <inheritdoc cref="Marshal.FreeHGlobal(nint)"/>
    public static void FreeHGlobal(nint hglobal, int site)
    {
        ShimEngine? engine = ShimRuntime.Engine;
        if (engine == null)
            Marshal.FreeHGlobal(hglobal);
        else
            engine.Free((void*)hglobal, HGlobal, site);
    }

    /// <inheritdoc cref="Marshal.AllocCoTaskMem(int)"/>
    public static nint AllocCoTaskMem(int cb, int site)
    {
        ShimEngine? engine = ShimRuntime.Engine;
        // The size is taken as unsigned: a negative one asks for up to 4 GiB.
        return engine == null ? Marshal.AllocCoTaskMem(cb) : (nint)NativeMemoryShim.Alloc(engine, (uint)cb, CoTaskMem, site);
    }

    /// <inheritdoc cref="Marshal.ReAllocCoTaskMem(nint, int)"/>
    public static nint ReAllocCoTaskMem(nint pv, int cb, int site)
    {
        ShimEngine? engine = ShimRuntime.Engine;
        if (engine == null)
            return Marshal.ReAllocCoTaskMem(pv, cb);
        if (cb == 0 && pv != 0)
        {
            engine.Free((void*)pv, CoTaskMem, site);
            return 0;
        }

        return (nint)NativeMemoryShim.Realloc(engine, (void*)pv, (uint)cb, CoTaskMem, site);
    }

    /// <inheritdoc cref="Marshal.FreeCoTaskMem(nint)"/>
    public static void FreeCoTaskMem(nint ptr, int site)
    {
        ShimEngine? engine = ShimRuntime.Engine;
        if (engine == null)
            Marshal.FreeCoTaskMem(ptr);
        else
            engine.Free((void*)ptr, CoTaskMem, site);
    }
}
