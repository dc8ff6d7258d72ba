using System.Collections.Generic;
using static Faultline.Api.AllocationEffect;
using static Faultline.Api.AllocationFamily;
using static Faultline.Api.ParameterRole;

namespace Faultline.Api;

/// <summary>
/// The one list of allocation APIs. The rules, both routers and the shim's facades are all checked against it, so that
/// none of them knows a call that another does not. Source: .NET 10's NativeMemory and Marshal, and malloc(3), mmap(2).
/// </summary>
internal static class AllocationApis
{
    public const string NativeMemoryType = "System.Runtime.InteropServices.NativeMemory";
    public const string MarshalType = "System.Runtime.InteropServices.Marshal";

    private const string UIntPtr = "System.UIntPtr";
    private const string IntPtr = "System.IntPtr";
    private const string Int32 = "System.Int32";
    private const string Pointer = "System.Void*";
    private const string PointerToPointer = "System.Void**";
    private const string Void = "System.Void";
    private const string String = "System.String";
    private const string SecureString = "System.Security.SecureString";

    /// <summary>The names by which a P/Invoke names the C library.</summary>
    public static readonly IReadOnlyList<string> LibcModules = ["libc", "libc.so.6", "libc.so", "c"];

    public static readonly IReadOnlyList<AllocationApi> All =
    [
        Native("Alloc", NativeMemory, Allocate, [UIntPtr], Size),
        Native("Alloc", NativeMemory, Allocate, [UIntPtr, UIntPtr], Count, ElementSize),
        Native("AllocZeroed", NativeMemory, AllocateZeroed, [UIntPtr], Size),
        Native("AllocZeroed", NativeMemory, AllocateZeroed, [UIntPtr, UIntPtr], Count, ElementSize),
        Native("Realloc", NativeMemory, Reallocate, [Pointer, UIntPtr], Block, Size),
        Native("Free", NativeMemory, Free, [Pointer], Block),
        Native("AlignedAlloc", NativeMemoryAligned, Allocate, [UIntPtr, UIntPtr], Size, Alignment),
        Native("AlignedRealloc", NativeMemoryAligned, Reallocate, [Pointer, UIntPtr, UIntPtr], Block, Size, Alignment),
        Native("AlignedFree", NativeMemoryAligned, Free, [Pointer], Block),

        Marshalled("AllocHGlobal", HGlobal, Allocate, [Int32], Size),
        Marshalled("AllocHGlobal", HGlobal, Allocate, [IntPtr], Size),
        Marshalled("ReAllocHGlobal", HGlobal, Reallocate, [IntPtr, IntPtr], Block, Size),
        Marshalled("FreeHGlobal", HGlobal, Free, [IntPtr], Block),
        Marshalled("StringToHGlobalAnsi", HGlobal, AllocateString, [String], Text),
        Marshalled("StringToHGlobalUni", HGlobal, AllocateString, [String], Text),
        Marshalled("StringToHGlobalAuto", HGlobal, AllocateString, [String], Text),
        Marshalled("SecureStringToGlobalAllocAnsi", HGlobal, AllocateString, [SecureString], Text),
        Marshalled("SecureStringToGlobalAllocUnicode", HGlobal, AllocateString, [SecureString], Text),
        Marshalled("ZeroFreeGlobalAllocAnsi", HGlobal, ClearAndFree, [IntPtr], Block),
        Marshalled("ZeroFreeGlobalAllocUnicode", HGlobal, ClearAndFree, [IntPtr], Block),

        Marshalled("AllocCoTaskMem", CoTaskMem, Allocate, [Int32], Size),
        Marshalled("ReAllocCoTaskMem", CoTaskMem, Reallocate, [IntPtr, Int32], Block, Size),
        Marshalled("FreeCoTaskMem", CoTaskMem, Free, [IntPtr], Block),
        Marshalled("StringToCoTaskMemAnsi", CoTaskMem, AllocateString, [String], Text),
        Marshalled("StringToCoTaskMemUni", CoTaskMem, AllocateString, [String], Text),
        Marshalled("StringToCoTaskMemAuto", CoTaskMem, AllocateString, [String], Text),
        Marshalled("StringToCoTaskMemUTF8", CoTaskMem, AllocateString, [String], Text),
        Marshalled("SecureStringToCoTaskMemAnsi", CoTaskMem, AllocateString, [SecureString], Text),
        Marshalled("SecureStringToCoTaskMemUnicode", CoTaskMem, AllocateString, [SecureString], Text),
        Marshalled("ZeroFreeCoTaskMemAnsi", CoTaskMem, ClearAndFree, [IntPtr], Block),
        Marshalled("ZeroFreeCoTaskMemUnicode", CoTaskMem, ClearAndFree, [IntPtr], Block),
        Marshalled("ZeroFreeCoTaskMemUTF8", CoTaskMem, ClearAndFree, [IntPtr], Block),

        Marshalled("StringToBSTR", Bstr, AllocateString, [String], Text),
        Marshalled("SecureStringToBSTR", Bstr, AllocateString, [SecureString], Text),
        Marshalled("FreeBSTR", Bstr, Free, [IntPtr], Block),
        Marshalled("ZeroFreeBSTR", Bstr, ClearAndFree, [IntPtr], Block),

        Libc("malloc", AllocationFamily.Libc, Allocate, Pointer, [UIntPtr], Size),
        Libc("calloc", AllocationFamily.Libc, AllocateZeroed, Pointer, [UIntPtr, UIntPtr], Count, ElementSize),
        Libc("realloc", AllocationFamily.Libc, Reallocate, Pointer, [Pointer, UIntPtr], Block, Size),
        Libc("free", AllocationFamily.Libc, Free, Void, [Pointer], Block),
        Libc("posix_memalign", AllocationFamily.Libc, Allocate, Int32, [PointerToPointer, UIntPtr, UIntPtr], OutBlock, Alignment, Size),
        Libc("aligned_alloc", AllocationFamily.Libc, Allocate, Pointer, [UIntPtr, UIntPtr], Alignment, Size),
        Libc("memalign", AllocationFamily.Libc, Allocate, Pointer, [UIntPtr, UIntPtr], Alignment, Size),
        Libc("malloc_usable_size", AllocationFamily.Libc, Query, UIntPtr, [Pointer], Block),
        Libc("mmap", Mapping, AllocateZeroed, Pointer, [Pointer, UIntPtr, Int32, Int32, Int32, IntPtr], Block, Size, Other, Other, Other, Other),
        Libc("munmap", Mapping, Free, Int32, [Pointer, UIntPtr], Block, Size),
        Libc("mremap", Mapping, Reallocate, Pointer, [Pointer, UIntPtr, UIntPtr, Int32, Pointer], Block, Other, Size, Other, Other),
        Libc("madvise", Mapping, Advise, Int32, [Pointer, UIntPtr, Int32], Block, Size, Other),
    ];

    /// <summary>Those that are reached by P/Invoke, by the name of the C function.</summary>
    public static Dictionary<string, AllocationApi> ImportsByEntryPoint()
    {
        Dictionary<string, AllocationApi> imports = [];
        foreach (AllocationApi api in All)
            if (api.IsPInvoke)
                imports.Add(api.Method, api);
        return imports;
    }

    private static AllocationApi Native(string method, AllocationFamily family, AllocationEffect effect, string[] types, params ParameterRole[] roles)
        => new(NativeMemoryType, method, family, effect, effect == Free ? Void : Pointer, types, roles);

    private static AllocationApi Marshalled(string method, AllocationFamily family, AllocationEffect effect, string[] types, params ParameterRole[] roles)
        => new(MarshalType, method, family, effect, effect is Free or ClearAndFree ? Void : IntPtr, types, roles);

    private static AllocationApi Libc(
        string entryPoint, AllocationFamily family, AllocationEffect effect, string returnType, string[] types, params ParameterRole[] roles)
        => new(AllocationApi.LibcType, entryPoint, family, effect, returnType, types, roles);
}
