using System.Runtime.InteropServices;
using static Faultline.Tracing.Session.SessionMemory;

namespace Faultline.Tracing.Recording;

/// <summary>A recording's memory, mapped: the tool creates it, the shim attaches to it. Valid until <see cref="Dispose"/>.</summary>
public sealed unsafe class RecordingMemory : IDisposable
{
    private readonly nint[] _lanes = new nint[RecordingLayout.LaneCapacity];
    private nint _start;
    private nint _stacks;

    private RecordingMemory(int descriptor, nint start)
    {
        Descriptor = descriptor;
        _start = start;
    }

    /// <summary>In this process.</summary>
    public int Descriptor { get; private set; }

    internal RecordingHeader* Header => (RecordingHeader*)_start;

    /// <summary>Nothing more is recorded, for whatever reason.</summary>
    public bool HasEnded => End != RecordingEnd.None;

    internal RecordingEnd End => (RecordingEnd)Volatile.Read(ref Header->End);

    /// <summary>Throws <see cref="IOException"/> where the host refuses.</summary>
    public static RecordingMemory Create()
    {
        int descriptor = memfd_create("faultline-recording", CloseOnExec);
        if (descriptor < 0)
            throw Failure("memfd_create");
        // A limit on file size (ulimit -f) leaves room for fewer lanes.
        int lanes = RecordingLayout.LaneCapacity;
        while (lanes > 0 && ftruncate(descriptor, RecordingLayout.FileLength(lanes)) != 0)
            lanes >>= 1;
        nint start = lanes > 0 ? Map(descriptor, RecordingLayout.StacksOffset) : MapFailed;
        if (start == MapFailed)
        {
            IOException failure = Failure("mmap of the recording");
            close(descriptor);
            throw failure;
        }

        var memory = new RecordingMemory(descriptor, start);
        memory.Header->ToolProcessId = Environment.ProcessId;
        memory.Header->LaneCapacity = lanes;
        Volatile.Write(ref memory.Header->Magic, RecordingLayout.Magic);
        return memory;
    }

    /// <summary>Maps an existing recording. Throws <see cref="IOException"/> when it cannot be opened or mapped, or is none.</summary>
    public static RecordingMemory Attach(string path)
    {
        int descriptor = open(path, OpenReadWriteCloseOnExec);
        if (descriptor < 0)
            throw Failure($"open of {path}");
        nint start = Map(descriptor, RecordingLayout.StacksOffset);
        if (start == MapFailed)
        {
            IOException failure = Failure("mmap of the recording");
            close(descriptor);
            throw failure;
        }

        var memory = new RecordingMemory(descriptor, start);
        if (memory.Header->Magic == RecordingLayout.Magic)
            return memory;
        memory.Dispose();
        throw new IOException($"{path} is no recording");
    }

    public void Dispose()
    {
        if (_start == 0)
            return;
        for (int lane = 0; lane < _lanes.Length; lane++)
            if (_lanes[lane] != 0)
                munmap(_lanes[lane], RecordingLayout.LaneBytes);
        if (_stacks != 0)
            munmap(_stacks, RecordingLayout.StacksCapacity);
        munmap(_start, (nuint)RecordingLayout.StacksOffset);
        close(Descriptor);
        Descriptor = -1;
        _start = 0;
    }

    internal LaneHeader* LaneAt(int lane) => (LaneHeader*)(_start + RecordingLayout.LaneHeadersOffset) + lane;

    /// <summary>A lane's ring; null where the host refuses to map it. For one caller at a time.</summary>
    internal RawEvent* EventsOf(int lane)
    {
        if (_lanes[lane] == 0)
        {
            nint start = Map(Descriptor, RecordingLayout.LaneBytes, RecordingLayout.LanesOffset + (long)lane * RecordingLayout.LaneBytes);
            if (start == MapFailed)
                return null;
            _lanes[lane] = start;
        }

        return (RawEvent*)_lanes[lane];
    }

    /// <summary>The log of stacks; null where the host refuses to map it. For one caller at a time.</summary>
    internal byte* StackArea()
    {
        if (_stacks == 0)
        {
            nint start = Map(Descriptor, RecordingLayout.StacksCapacity, RecordingLayout.StacksOffset);
            if (start == MapFailed)
                return null;
            _stacks = start;
        }

        return (byte*)_stacks;
    }

    /// <summary>Nothing more is to be appended; the first reason stays.</summary>
    internal void Close(RecordingEnd reason) => Interlocked.CompareExchange(ref Header->End, (int)reason, (int)RecordingEnd.None);

    private static IOException Failure(string call) => new($"{call} failed with errno {Marshal.GetLastSystemError()}");
}
