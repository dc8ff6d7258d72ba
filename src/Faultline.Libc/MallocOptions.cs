namespace Faultline.Libc;

/// <summary>A file of the host that glibc consults once in a process's life.</summary>
public enum ConsultedFile
{
    /// <summary>/sys/devices/system/cpu/online, when the number of arenas has to be limited.</summary>
    OnlineCpus,

    /// <summary>/proc/sys/vm/overcommit_memory, when a secondary heap first shrinks.</summary>
    OvercommitMemory,
}

/// <summary>What the allocator depends on besides the calls made to it.</summary>
public sealed record MallocOptions
{
    /// <summary>The glibc whose malloc it is.</summary>
    public LibcProfile Profile { get; init; } = LibcProfile.Default;

    /// <summary>Online processors of the simulated machine: without a limit set there are at most 8 arenas for each.</summary>
    public int OnlineCpus { get; init; } = 2;

    /// <summary>
    /// The process has, or may get at any time, other threads that call malloc. glibc learns this at the first pthread_create;
    /// a .NET program starts its threads before Main. Until then no lock is taken and a failure is not tried again in
    /// another arena. <see cref="Malloc{TProcess}.StartThread"/> sets it too.
    /// </summary>
    public bool MultiThreaded { get; init; }

    /// <summary>vm.overcommit_memory is 2: secondary heaps give memory back by mapping it anew instead of MADV_DONTNEED.</summary>
    public bool OvercommitForbidden { get; init; }

    /// <summary>Settings that the process starts with, from GLIBC_TUNABLES and MALLOC_*_ variables.</summary>
    public MallocTunables Tunables { get; init; } = MallocTunables.Default;

    /// <summary>Told when glibc would open a file; it is not opened. Null: nobody wants to know.</summary>
    public Action<ConsultedFile>? Consulted { get; init; }
}
