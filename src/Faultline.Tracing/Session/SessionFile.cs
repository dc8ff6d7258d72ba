using System.Runtime.InteropServices;
using Faultline.Libc;
using static Faultline.Tracing.Session.SessionMemory;

namespace Faultline.Tracing.Session;

/// <summary>
/// A session file, mapped: the tool creates it and reads it after the program's end, the shim attaches to it and writes.
/// Pages that nobody wrote take no memory. The pointers are valid until <see cref="Dispose"/>.
/// </summary>
public sealed unsafe class SessionFile : IDisposable
{
    private readonly long _mappedLength;
    private readonly long _shardBytes;
    private readonly long _blocksOffset;
    private nint _start;
    private int _descriptor;

    private SessionFile(int descriptor, nint start, long mappedLength, uint siteCount)
    {
        SiteCount = (int)siteCount;
        _shardBytes = SessionLayout.ShardBytes(siteCount);
        _blocksOffset = SessionLayout.BlocksOffset(siteCount);
        _descriptor = descriptor;
        _start = start;
        _mappedLength = mappedLength;
    }

    public SessionHeader* Header => (SessionHeader*)_start;

    /// <summary>The highest site id that is counted.</summary>
    public int SiteCount { get; }

    /// <summary>A shard, of <see cref="SessionLayout.ShardCount"/>.</summary>
    public ShardHeader* Shard(int index) => (ShardHeader*)(_start + SessionLayout.ShardsOffset + index * _shardBytes);

    /// <summary>The counters of a shard: SiteCount + 1 of them, index = site id.</summary>
    public SiteCounters* Sites(int shard) => (SiteCounters*)(Shard(shard) + 1);

    /// <summary>Array of <see cref="SessionLayout.FindingCapacity"/>.</summary>
    public FindingRecord* Findings => (FindingRecord*)(_start + SessionLayout.FindingsOffset);

    /// <summary>Array for <see cref="BlockSlots"/> slots. Only mapped where the file was attached to; the tool reads blocks with <see cref="SessionBlocks"/>.</summary>
    public BlockTag* Blocks => (BlockTag*)(_start + _blocksOffset);

    public long BlockSlots => (_mappedLength - _blocksOffset) / BlockTag.Size;

    /// <summary>By which a process of the same user opens the file while this one lives.</summary>
    public string Path => $"/proc/{Environment.ProcessId}/fd/{_descriptor}";

    internal int Descriptor => _descriptor;

    /// <summary>Where the block tags start in the file.</summary>
    internal long BlocksOffset => _blocksOffset;

    /// <summary>Makes a session in memory (memfd). Throws <see cref="IOException"/> where the host refuses.</summary>
    public static SessionFile Create(SessionParameters parameters)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(parameters.SiteCount, (uint)SessionLayout.SiteCapacity);
        int descriptor = memfd_create("faultline-session", CloseOnExec);
        if (descriptor < 0)
            throw Failure("memfd_create");
        // A limit on file size (ulimit -f) leaves room for fewer block tags, thus for a smaller arena.
        ulong arena = parameters.ArenaLength;
        while (ftruncate(descriptor, SessionLayout.FileLength(parameters.SiteCount, arena)) != 0)
        {
            arena >>= 1;
            if (arena < SessionLayout.SmallestArena)
                throw FailureAndClose("ftruncate", descriptor);
        }

        long length = SessionLayout.BlocksOffset(parameters.SiteCount);
        nint start = Map(descriptor, length);
        if (start == MapFailed)
            throw FailureAndClose("mmap", descriptor);
        var file = new SessionFile(descriptor, start, length, parameters.SiteCount);
        file.WriteParameters(parameters);
        return file;
    }

    /// <summary>
    /// Maps an existing session with its block tags for an arena of at most that many bytes (fewer where the file holds
    /// fewer or the host's address space is limited), and claims it for this process. Null when another process has claimed it.
    /// Throws <see cref="IOException"/> when it cannot be opened, <see cref="InvalidDataException"/> when it is no session of this version.
    /// </summary>
    public static SessionFile? Attach(string path, ulong largestArena)
    {
        int descriptor = open(path, OpenReadWriteCloseOnExec);
        if (descriptor < 0)
            throw Failure($"open of {path}");
        uint sites = ReadSiteCount(descriptor, path);
        long length = Math.Min(lseek(descriptor, 0, SeekEnd), SessionLayout.FileLength(sites, largestArena));
        if (length < SessionLayout.FileLength(sites, SessionLayout.SmallestArena))
            throw Close(descriptor, new InvalidDataException($"{path} is no session: it has {length} bytes"));
        nint start = Map(descriptor, length);
        while (start == MapFailed && ArenaOf(length, sites) > SessionLayout.SmallestArena)
        {
            length = SessionLayout.FileLength(sites, ArenaOf(length, sites) / 2);
            start = Map(descriptor, length);
        }

        if (start == MapFailed)
            throw FailureAndClose("mmap", descriptor);
        return Claim(new SessionFile(descriptor, start, length, sites));
    }

    /// <summary>Maps an existing session to look at, whoever has claimed it; null where it cannot be opened or is no session of this version. Blocks are not mapped.</summary>
    public static SessionFile? TryWatch(string path)
    {
        int descriptor = open(path, OpenReadWriteCloseOnExec);
        if (descriptor < 0)
            return null;
        try
        {
            uint sites = ReadSiteCount(descriptor, path);
            long length = SessionLayout.BlocksOffset(sites);
            nint start = Map(descriptor, length);
            return start == MapFailed ? throw FailureAndClose("mmap", descriptor) : new SessionFile(descriptor, start, length, sites);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        if (_start == 0)
            return;
        munmap(_start, (nuint)_mappedLength);
        close(_descriptor);
        _start = 0;
        _descriptor = -1;
    }

    /// <summary>The one parameter that places depend on.</summary>
    private static uint ReadSiteCount(int descriptor, string path)
    {
        SessionHeader header = default;
        nint read = pread(descriptor, &header, (nuint)sizeof(SessionHeader), 0);
        if (read != sizeof(SessionHeader))
            throw Close(descriptor, new InvalidDataException($"{path} is no session: it has {read} bytes"));
        if (header.Magic != SessionLayout.Magic || header.Version != SessionLayout.Version || header.SiteCount >= SessionLayout.SiteCapacity || header.LibcNumber >= LibcProfile.All.Count)
            throw Close(descriptor, new InvalidDataException(
                $"{path} is no session of version {SessionLayout.Version}: magic {header.Magic:x}, version {header.Version}, {header.SiteCount} sites"));
        return header.SiteCount;
    }

    private static SessionFile? Claim(SessionFile file)
    {
        if (Interlocked.CompareExchange(ref file.Header->ProcessId, Environment.ProcessId, 0) == 0)
            return file;
        file.Dispose();
        return null;
    }

    private void WriteParameters(SessionParameters parameters)
    {
        Header->Version = SessionLayout.Version;
        Header->HeaderBytes = (uint)sizeof(SessionHeader);
        Header->RamBytes = parameters.RamBytes;
        Header->Cpus = parameters.Cpus;
        Header->ThpPolicy = parameters.ThpPolicy;
        Header->ObserverRequested = parameters.Observer;
        Header->SnapshotMilliseconds = parameters.SnapshotMilliseconds;
        Header->SiteCount = parameters.SiteCount;
        Header->LibcNumber = LibcProfile.NumberOf(parameters.Libc);
        Header->RecordingDescriptor = parameters.RecordingDescriptor;
        Volatile.Write(ref Header->Magic, SessionLayout.Magic);
    }

    private static ulong ArenaOf(long length, uint sites)
        => (ulong)(length - SessionLayout.BlocksOffset(sites)) / BlockTag.Size * SessionLayout.BytesPerBlockTag;

    private static IOException Failure(string call) => new($"{call} failed with errno {Marshal.GetLastSystemError()}");

    private static IOException FailureAndClose(string call, int descriptor) => (IOException)Close(descriptor, Failure(call));

    private static Exception Close(int descriptor, Exception failure)
    {
        close(descriptor);
        return failure;
    }
}
