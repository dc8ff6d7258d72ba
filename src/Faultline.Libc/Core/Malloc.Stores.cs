using System.Runtime.CompilerServices;
using Faultline.Kernel;

namespace Faultline.Libc;

// Every change to metadata. Its page was written before, so that in a process that has not forked no store of these takes a fault and none is
// reported. After a fork the pages are shared until somebody writes: a process for which that counts sees each store (SeesEveryStore), which
// for the others is no code at all.
public sealed unsafe partial class Malloc<TProcess>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Store(ref readonly ulong word, ulong value)
    {
        ref ulong target = ref Unsafe.AsRef(in word);
        if (TProcess.SeesEveryStore)
            NoteStore((ulong)Unsafe.AsPointer(ref target) - _delta);
        target = value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Store(ref readonly int word, int value)
    {
        ref int target = ref Unsafe.AsRef(in word);
        if (TProcess.SeesEveryStore)
            NoteStore((ulong)Unsafe.AsPointer(ref target) - _delta);
        target = value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Store(ref readonly ushort word, ushort value)
    {
        ref ushort target = ref Unsafe.AsRef(in word);
        if (TProcess.SeesEveryStore)
            NoteStore((ulong)Unsafe.AsPointer(ref target) - _delta);
        target = value;
    }

    /// <summary>The main arena's malloc_state is a variable of the library, in none of the pages that the model has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void NoteStore(ulong address)
    {
        if (TProcess.SeesEveryStore && address < _mainArena)
            _process.Access(new VirtualAddress(address), AccessKind.Write);
    }
}
