using Faultline.Kernel;

namespace Faultline.Libc;

// One mapping a thread (glibc 2.36, nptl/allocatestack.c), where the stack size is not set otherwise:
//
//   Start  ┌───────────────────────────────────────────────┐
//          │ guard: 4 KiB without access                   │
//   +4 KiB ├───────────────────────────────────────────────┤
//          │ 8 MiB, used from its end downwards            │
//          │ … frames of the thread                        │
//          │ struct pthread and its thread-local variables │
//   End    └───────────────────────────────────────────────┘

/// <summary>The stack of a thread.</summary>
/// <param name="Start">First byte of the guard.</param>
/// <param name="Vector">The block that leads to its thread-local variables of libraries (dtv), from malloc.</param>
public readonly record struct ThreadStack(VirtualAddress Start, ulong Vector)
{
    /// <summary>RLIMIT_STACK as most systems have it. Bytes.</summary>
    public const ulong StackBytes = 8UL << 20;

    public const ulong GuardBytes = PageSize.Bytes;

    /// <summary>The whole mapping. Bytes.</summary>
    public const ulong Length = GuardBytes + StackBytes;

    /// <summary>The page with struct pthread, which the creator writes.</summary>
    internal VirtualAddress Descriptor => Start + (Length - PageSize.Bytes);

    /// <summary>The page that the thread's first frames reach.</summary>
    internal VirtualAddress Frames => Start + (Length - (2 * PageSize.Bytes));
}
