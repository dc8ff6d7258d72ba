using System.Runtime.InteropServices;
using Faultline.Kernel;
using Faultline.Shim.Host;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Observers;

/// <summary>
/// mincore(2): one byte a page, bit 0 = present. It does not tell the page of zeros from a written one, so pages that
/// were only read count as written: the faults are right, the resident set is too large by them. Works where /proc is hidden.
/// </summary>
internal sealed unsafe class MincoreObserver : TouchObserver
{
    private const int PagesPerCall = 16 * 1024;

    private byte* _vector = (byte*)NativeMemory.Alloc(PagesPerCall);

    public override ObserverKind Kind => ObserverKind.Mincore;

    public override int Scan(ulong start, ulong end, out ulong next)
    {
        int count = 0;
        for (next = start; next < end;)
        {
            int pages = (int)Math.Min((end - next) >> PageSize.Shift, PagesPerCall);
            if (HostCalls.mincore((void*)next, (nuint)pages << PageSize.Shift, _vector) != 0)
                throw Failure("mincore", start, end);
            for (int i = 0; i < pages; i++, next += PageSize.Bytes)
                if ((_vector[i] & 1) != 0 && !Append(ref count, next, written: true))
                    return count;
        }

        return count;
    }

    public override void Dispose()
    {
        NativeMemory.Free(_vector);
        _vector = null;
        base.Dispose();
    }
}
