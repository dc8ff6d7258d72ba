using System.Runtime.CompilerServices;

namespace Faultline.Kernel;

/// <summary>The values of the counters of one machine.</summary>
public sealed unsafe class VmStat
{
    private readonly ulong[] _values = GC.AllocateArray<ulong>(Enum.GetValues<VmEvent>().Length, pinned: true);
    private readonly ulong* _start;

    internal VmStat() => _start = (ulong*)Unsafe.AsPointer(ref _values[0]);

    public ulong this[VmEvent counter]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _start[(int)counter];
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal set => _start[(int)counter] = value;
    }
}
