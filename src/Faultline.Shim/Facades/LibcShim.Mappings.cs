using Faultline.Shim.Engine;
using Faultline.Shim.Host;
using Faultline.Shim.Runtime;

namespace Faultline.Shim;

// Mappings. Private anonymous ones are simulated in the arena; all others (files, shared memory, huge pages, places of the
// program's own choice outside the arena) are made by the real kernel.
public static unsafe partial class LibcShim
{
    /// <summary>mmap(2): MAP_FAILED and errno on failure.</summary>
    public static void* mmap(void* address, nuint length, int protection, int flags, int descriptor, nint offset, int site)
    {
        ShimEngine? engine = ShimRuntime.Engine;
        var call = new MmapArguments((nuint)address, length, protection, flags, descriptor, offset);
        return engine == null ? call.Call() : engine.Map(call, site);
    }

    /// <summary>munmap(2).</summary>
    public static int munmap(void* address, nuint length, int site)
    {
        ShimEngine? engine = ShimRuntime.Engine;
        return engine == null ? HostCalls.munmap(address, length) : engine.Unmap(address, length, site);
    }

    /// <summary>mremap(2); <paramref name="newAddress"/> only counts with MREMAP_FIXED.</summary>
    public static void* mremap(void* address, nuint oldLength, nuint newLength, int flags, void* newAddress, int site)
    {
        ShimEngine? engine = ShimRuntime.Engine;
        return engine == null
            ? HostCalls.mremap(address, oldLength, newLength, flags, newAddress)
            : engine.Remap(address, oldLength, newLength, flags, newAddress, site);
    }

    /// <summary>madvise(2).</summary>
    public static int madvise(void* address, nuint length, int advice, int site)
    {
        ShimEngine? engine = ShimRuntime.Engine;
        return engine == null ? HostCalls.madvise(address, length, advice) : engine.Advise(address, length, advice, site);
    }
}
