using System.Buffers.Binary;
using System.Text;
using Faultline.Tracing.Stacks;

namespace Faultline.Tracing.Recording;

// The program's stacks on their way into the trace: a log in the recording's memory that only grows. The shim adds each frame and each
// stack once, and publishes how long the log is before it refers to them; the tool reads on from where it was.
//
//   frame   1 │ line 4 │ assembly, type, method, file: each length 2 (FFFF: null), then UTF-8
//   node    2 │ frame 4 │ parent 4
//
// Numbers are little-endian; frames and nodes are numbered from 1 in the order of the log.

/// <summary>The shim's side. For one caller at a time.</summary>
public sealed unsafe class StackLogWriter
{
    internal const byte FrameRecord = 1;
    internal const byte NodeRecord = 2;
    internal const ushort NoText = ushort.MaxValue;
    internal const int NodeBytes = 9;

    private const int LongestText = 4096;

    private readonly RecordingMemory _memory;
    private readonly byte* _area;
    private long _length;
    private int _frames;
    private int _nodes;

    private StackLogWriter(RecordingMemory memory, byte* area)
    {
        _memory = memory;
        _area = area;
    }

    /// <summary>Null where the host refuses to map the log.</summary>
    public static StackLogWriter? Open(RecordingMemory memory)
    {
        byte* area = memory.StackArea();
        return area == null ? null : new StackLogWriter(memory, area);
    }

    /// <summary>The new frame's number; 0 when the log is full.</summary>
    public int AddFrame(in StackFrameName frame)
    {
        byte[]?[] texts = [Bytes(frame.Assembly), Bytes(frame.Type), Bytes(frame.Method), Bytes(frame.File)];
        int length = 1 + sizeof(int) + texts.Sum(text => sizeof(ushort) + (text?.Length ?? 0));
        if (!HasRoom(length))
            return 0;
        Span<byte> at = new(_area + _length, length);
        at[0] = FrameRecord;
        BinaryPrimitives.WriteInt32LittleEndian(at[1..], frame.Line);
        at = at[(1 + sizeof(int))..];
        foreach (byte[]? text in texts)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(at, text == null ? NoText : (ushort)text.Length);
            text.CopyTo(at[sizeof(ushort)..]);
            at = at[(sizeof(ushort) + (text?.Length ?? 0))..];
        }

        Publish(length);
        return ++_frames;
    }

    /// <summary>The new stack's number; 0 when the log is full.</summary>
    public int AddNode(int frame, int parent)
    {
        if (!HasRoom(NodeBytes))
            return 0;
        Span<byte> at = new(_area + _length, NodeBytes);
        at[0] = NodeRecord;
        BinaryPrimitives.WriteInt32LittleEndian(at[1..], frame);
        BinaryPrimitives.WriteInt32LittleEndian(at[5..], parent);
        Publish(NodeBytes);
        return ++_nodes;
    }

    /// <summary>A stack was looked for, which took so long; <paramref name="kept"/> is false where none was found or none fitted in.</summary>
    public static void CountWalk(RecordingMemory memory, long nanoseconds, bool kept)
    {
        Interlocked.Increment(ref memory.Header->StackWalks);
        Interlocked.Add(ref memory.Header->StackWalkNanoseconds, nanoseconds);
        if (!kept)
            Interlocked.Increment(ref memory.Header->StacksLost);
    }

    private bool HasRoom(int bytes) => _length + bytes <= RecordingLayout.StacksCapacity;

    private void Publish(int bytes)
    {
        _length += bytes;
        Volatile.Write(ref _memory.Header->StackBytes, _length);
    }

    private static byte[]? Bytes(string? text) => text == null ? null : Encoding.UTF8.GetBytes(text.Length > LongestText ? text[..LongestText] : text);
}

/// <summary>The tool's side.</summary>
internal sealed unsafe class StackLogReader(RecordingMemory memory, StackTable stacks)
{
    private long _taken;
    private bool _damaged;

    /// <summary>Adds what is new to the table. A log that the program scribbled over ends where it makes no sense.</summary>
    public void Take()
    {
        long length = Math.Min(Volatile.Read(ref memory.Header->StackBytes), RecordingLayout.StacksCapacity);
        byte* area = length > _taken && !_damaged ? memory.StackArea() : null;
        if (area == null)
            return;
        ReadOnlySpan<byte> rest = new(area + _taken, (int)(length - _taken));
        while (!rest.IsEmpty && !_damaged)
            _damaged = !TryTake(ref rest);
        _taken = length;
    }

    private bool TryTake(ref ReadOnlySpan<byte> rest)
    {
        if (rest.Length < 1 + sizeof(int))
            return false;
        int first = BinaryPrimitives.ReadInt32LittleEndian(rest[1..]);
        if (rest[0] == StackLogWriter.NodeRecord && rest.Length >= StackLogWriter.NodeBytes)
        {
            int parent = BinaryPrimitives.ReadInt32LittleEndian(rest[5..]);
            if (first < 1 || first > stacks.Frames || parent < 0 || parent > stacks.Nodes)
                return false;
            stacks.AddNode(first, parent);
            rest = rest[StackLogWriter.NodeBytes..];
            return true;
        }

        bool good = rest[0] == StackLogWriter.FrameRecord;
        rest = rest[(1 + sizeof(int))..];
        StackFrameName frame = new(Text(ref rest, ref good) ?? "", Text(ref rest, ref good) ?? "", Text(ref rest, ref good) ?? "", Text(ref rest, ref good), first);
        if (good)
            stacks.AddFrame(frame);
        return good;
    }

    private static string? Text(ref ReadOnlySpan<byte> rest, ref bool good)
    {
        int length = rest.Length >= sizeof(ushort) ? BinaryPrimitives.ReadUInt16LittleEndian(rest) : -1;
        if (length is < 0 or > StackLogWriter.NoText || (length != StackLogWriter.NoText && length > rest.Length - sizeof(ushort)))
        {
            good = false;
            return null;
        }

        rest = rest[sizeof(ushort)..];
        if (length == StackLogWriter.NoText)
            return null;
        string text = Encoding.UTF8.GetString(rest[..length]);
        rest = rest[length..];
        return text;
    }
}
