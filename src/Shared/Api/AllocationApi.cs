using System.Collections.Generic;

namespace Faultline.Api;

/// <summary>Who must free the block: blocks of one family go to that family's deallocators.</summary>
internal enum AllocationFamily
{
    /// <summary>NativeMemory.Alloc, AllocZeroed, Realloc; Free.</summary>
    NativeMemory,

    /// <summary>NativeMemory.AlignedAlloc, AlignedRealloc; AlignedFree.</summary>
    NativeMemoryAligned,

    /// <summary>Marshal.AllocHGlobal, StringToHGlobal*; FreeHGlobal.</summary>
    HGlobal,

    /// <summary>Marshal.AllocCoTaskMem, StringToCoTaskMem*; FreeCoTaskMem.</summary>
    CoTaskMem,

    /// <summary>Marshal.StringToBSTR; FreeBSTR. The pointer is not the start of the heap block.</summary>
    Bstr,

    /// <summary>malloc, calloc, realloc, memalign …; free, by P/Invoke.</summary>
    Libc,

    /// <summary>mmap, mremap; munmap, by P/Invoke.</summary>
    Mapping,
}

/// <summary>What a call does to native memory.</summary>
internal enum AllocationEffect
{
    /// <summary>Answers a new block.</summary>
    Allocate,

    /// <summary>Answers a new block whose bytes are zero.</summary>
    AllocateZeroed,

    /// <summary>Answers a new block that holds a copy of a string.</summary>
    AllocateString,

    /// <summary>Resizes a block; the old pointer is dead afterwards.</summary>
    Reallocate,

    /// <summary>Gives a block back.</summary>
    Free,

    /// <summary>Clears a string's block, then gives it back.</summary>
    ClearAndFree,

    /// <summary>Only asks (malloc_usable_size).</summary>
    Query,

    /// <summary>Tells the kernel about a range (madvise).</summary>
    Advise,
}

/// <summary>What a parameter means.</summary>
internal enum ParameterRole
{
    Other,

    /// <summary>Bytes, or with <see cref="ElementSize"/> or <see cref="Count"/> beside it, one factor of them.</summary>
    Size,

    /// <summary>Number of elements; the block has Count × ElementSize bytes.</summary>
    Count,

    /// <summary>Bytes of one element.</summary>
    ElementSize,

    /// <summary>Alignment in bytes.</summary>
    Alignment,

    /// <summary>The block to free, resize, ask about or advise on.</summary>
    Block,

    /// <summary>A pointer to where the new block's address is stored (posix_memalign).</summary>
    OutBlock,

    /// <summary>The managed string that is copied.</summary>
    Text,
}

/// <summary>
/// One allocation API. <see cref="Type"/> is the full name of the .NET type, or <see cref="LibcType"/> for a P/Invoke
/// whose entry point is <see cref="Method"/>. <see cref="ParameterTypes"/> and <see cref="ReturnType"/> are metadata names
/// (System.UIntPtr, System.Void*). For a P/Invoke they are the C prototype's, on x86-64: the managed signature is the user's own
/// (malloc(int), free(IntPtr) …), and the router converts. <see cref="Roles"/> has one entry a parameter.
/// </summary>
/// <remarks>
/// The shim's facade of a row is <see cref="FacadeType"/>.<see cref="Method"/> with exactly these parameters, then <c>int site</c>,
/// and exactly this return type. A libc facade that fails leaves errno by Marshal.SetLastSystemError, as the C function would;
/// the router turns it into the last P/Invoke error where the extern asked for SetLastError.
/// </remarks>
internal sealed class AllocationApi
{
    /// <summary>Stands for "a P/Invoke into the C library".</summary>
    public const string LibcType = "libc";

    public AllocationApi(
        string type, string method, AllocationFamily family, AllocationEffect effect, string returnType, string[] parameterTypes, params ParameterRole[] roles)
    {
        Type = type;
        Method = method;
        Family = family;
        Effect = effect;
        ReturnType = returnType;
        ParameterTypes = parameterTypes;
        Roles = roles;
    }

    public string Type { get; }

    public string Method { get; }

    public AllocationFamily Family { get; }

    public AllocationEffect Effect { get; }

    public string ReturnType { get; }

    public IReadOnlyList<string> ParameterTypes { get; }

    public IReadOnlyList<ParameterRole> Roles { get; }

    /// <summary>Parameters that a P/Invoke's declaration may leave out at the end: mremap's new address, which C declares as variadic. The router passes zero.</summary>
    public int OptionalParameters => IsPInvoke && Method == "mremap" ? 1 : 0;

    public bool IsPInvoke => Type == LibcType;

    /// <summary>Full name of the shim's class that has the facade of this row.</summary>
    public string FacadeType => "Faultline.Shim." + (IsPInvoke ? "Libc" : Type.Substring(Type.LastIndexOf('.') + 1)) + "Shim";

    /// <summary>As a C# reader knows it: NativeMemory.Alloc, Marshal.FreeHGlobal; a P/Invoke's entry point alone: malloc.</summary>
    public string DisplayName => IsPInvoke ? Method : Type.Substring(Type.LastIndexOf('.') + 1) + "." + Method;

    public bool Allocates => Effect is AllocationEffect.Allocate or AllocationEffect.AllocateZeroed or AllocationEffect.AllocateString or AllocationEffect.Reallocate;

    public bool Frees => Effect is AllocationEffect.Free or AllocationEffect.ClearAndFree;

    public override string ToString() => ReturnType + " " + Type + "." + Method + "(" + string.Join(", ", ParameterTypes) + ")";
}
