using Faultline.Kernel;

namespace Faultline.Libc;

// The versions of glibc that the model is held against, and in what the malloc of each is another than that of 2.36 (malloc/malloc.c, malloc/arena.c and
// elf/dl-tunables.c of the releases). What the code calls the profile's is the same in all else. Behaviour that came and went between two of them (2.37 and
// 2.38) is nobody's here.

/// <summary>One version of glibc, as its malloc is modelled.</summary>
public sealed class LibcProfile
{
    /// <summary>Debian 12.</summary>
    public static readonly LibcProfile Glibc236 = new() { Name = "glibc-2.36", Versions = ["2.36"] };

    /// <summary>Ubuntu 24.04. The malloc of 2.40 is the same to the line.</summary>
    public static readonly LibcProfile Glibc239 = new() { Name = "glibc-2.39", Versions = ["2.39", "2.40"], IsSince239 = true, NotModelledTunables = ["glibc.malloc.hugetlb", "glibc.mem.decorate_maps"] };

    /// <summary>Debian 13.</summary>
    public static readonly LibcProfile Glibc241 = new()
    {
        Name = "glibc-2.41",
        Versions = ["2.41"],
        IsSince239 = true,
        IsSince241 = true,
        NotModelledTunables = ["glibc.malloc.hugetlb", "glibc.mem.decorate_maps", "glibc.rtld.enable_secure"],
    };

    /// <summary>MMAP_AS_MORECORE_SIZE. Bytes.</summary>
    private const ulong FallbackArea = 1UL << 20;

    private LibcProfile()
    {
    }

    /// <summary>Oldest first.</summary>
    public static IReadOnlyList<LibcProfile> All { get; } = [Glibc236, Glibc239, Glibc241];

    /// <summary>All names, as messages list them.</summary>
    public static string Names => string.Join(", ", All);

    /// <summary>What is simulated where nobody says otherwise, on every machine the same, so that counts repeat from machine to machine.</summary>
    public static LibcProfile Default => Glibc236;

    /// <summary>As reports name it: "glibc-2.36".</summary>
    public required string Name { get; init; }

    /// <summary>Versions that it is the malloc of, as gnu_get_libc_version(3) says them.</summary>
    public required IReadOnlyList<string> Versions { get; init; }

    /// <summary>realloc answers the same block, and changes nothing, for a request that its last 16 bytes (a mapped block's last page) make room for.</summary>
    public bool KeepsBlocksThatFit => IsSince239;

    /// <summary>memalign looks for an aligned block in the thread's cache first.</summary>
    public bool MemalignTakesFromCache => IsSince239;

    /// <summary>What memalign cuts off goes to the bins, merged, and not to the cache or a fastbin; a tail of any size does where it can be merged.</summary>
    public bool MemalignBinsWhatItCuts => IsSince239;

    /// <summary>aligned_alloc refuses (EINVAL) what is no power of two; before, it is memalign, which rounds up.</summary>
    public bool AlignedAllocIsStrict => IsSince239;

    /// <summary>What a mapping in place of brk is rounded up to while the arena is contiguous. 2.35 to 2.37 have this and the next in each other's place.</summary>
    public ulong FallbackUnit => IsSince239 ? PageSize.Bytes : FallbackArea;

    /// <summary>The least length of such a mapping.</summary>
    public ulong FallbackMinimum => IsSince239 ? FallbackArea : PageSize.Bytes;

    /// <summary>How heaps of secondary arenas are reserved. Without MAP_NORESERVE, what is made writable in them counts as committed.</summary>
    public MapFlags HeapFlags => IsSince239 ? MapFlags.Private : MapFlags.Private | MapFlags.NoReserve;

    /// <summary>A GLIBC_TUNABLES with a piece that is no name=value is ignored whole, and so is a number with something behind it.</summary>
    public bool TunablesAreStrict => IsSince239;

    /// <summary>Tunables that concern malloc, and that the model does not have: huge pages; names for mappings (2.39); a word that turns all of them off (2.41).</summary>
    public IReadOnlyList<string> NotModelledTunables { get; private init; } = ["glibc.malloc.hugetlb"];

    /// <summary>calloc takes from the thread's cache.</summary>
    public bool CallocTakesFromCache => IsSince241;

    /// <summary>A freed chunk of less than 1024 bytes goes to its small bin at once, and not through the unsorted list.</summary>
    public bool FreesToSmallBins => IsSince241;

    private bool IsSince239 { get; init; }

    private bool IsSince241 { get; init; }

    /// <summary>Its place in <see cref="All"/>.</summary>
    public static uint NumberOf(LibcProfile profile) => (uint)All.TakeWhile(other => other != profile).Count();

    /// <summary>By its name; null for a name that none has.</summary>
    public static LibcProfile? Find(string name) => All.FirstOrDefault(profile => profile.Name == name);

    /// <summary>The profile of a version as gnu_get_libc_version(3) says it ("2.41"); null where there is none.</summary>
    public static LibcProfile? ForVersion(string version) => All.FirstOrDefault(profile => profile.Versions.Contains(version));

    public override string ToString() => Name;
}
