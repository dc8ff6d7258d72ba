namespace Faultline.Kernel;

/// <summary>A program to start, as execve(2) and the dynamic linker bring it into memory.</summary>
public sealed record ProgramImage
{
    /// <summary>The name that ps prints.</summary>
    public required string Name { get; init; }

    public required ElfObject Executable { get; init; }

    /// <summary>PT_INTERP: the dynamic linker; null for a static program.</summary>
    public ElfObject? Interpreter { get; init; }

    /// <summary>In the order in which the dynamic linker loads them.</summary>
    public IReadOnlyList<ElfObject> Libraries { get; init; } = [];

    /// <summary>What the program maps of its own once it runs, in that order.</summary>
    public IReadOnlyList<ImageMapping> Mappings { get; init; } = [];

    /// <summary>Bytes of the stack that are used when the program starts, from its top down: arguments, environment, first frames.</summary>
    public ulong StackUsed { get; init; } = 12 << 10;

    /// <summary>Bytes of /etc/ld.so.cache, which lies below the dynamic linker while it loads libraries.</summary>
    public ulong LinkerCacheBytes { get; init; } = 36 << 10;

    /// <summary>Static thread-local storage and the thread's descriptor, which the dynamic linker maps.</summary>
    public ulong ThreadBytes { get; init; } = 12 << 10;
}

/// <summary>Memory or a file that a program maps while it starts. Bytes.</summary>
/// <param name="Path">The file; null for anonymous memory. A path that starts with /memfd: is shared memory of this process alone.</param>
/// <param name="Length">How much is mapped, the file's size too.</param>
/// <param name="Used">How much of it, from its start, is used: written if it may be, else read.</param>
/// <param name="Protection">Permissions; none for what is only reserved.</param>
public sealed record ImageMapping(string? Path, ulong Length, ulong Used, Protection Protection);
