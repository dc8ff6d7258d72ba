using Faultline.Tracing.Stacks;

namespace Faultline.Tracing.Binary;

// A stacks block: items, each of which adds a frame or a node to those of the blocks before it; numbers go on from block to block.
//   frame    0, then assembly, type, method, file (text references, BlockText.cs), line (varint)
//   node     the frame's number (varint, from 1), the parent's number (varint, 0 none)

/// <summary>Call stacks as payloads of stacks blocks.</summary>
internal static class StackBlocks
{
    private const int SoftLimit = TraceFileLayout.MaxPayloadBytes / 4;

    /// <summary>Cuts what was added after the first frames and nodes into payloads: the number of items in each, and its bytes.</summary>
    public static IEnumerable<(int Count, byte[] Payload)> Write(StackTable stacks, int framesBefore, int nodesBefore)
    {
        var text = new BlockTextWriter();
        int count = 0;
        for (int frame = framesBefore + 1; frame <= stacks.Frames; frame++, count++)
        {
            if (text.Length >= SoftLimit)
                yield return (Reset(ref count), text.Take());
            WriteFrame(text, stacks.Frame(frame));
        }

        for (int node = nodesBefore + 1; node <= stacks.Nodes; node++, count++)
        {
            if (text.Length >= SoftLimit)
                yield return (Reset(ref count), text.Take());
            text.Number((uint)stacks.FrameOf(node));
            text.Number((uint)stacks.ParentOf(node));
        }

        if (count > 0)
            yield return (count, text.Take());
    }

    /// <summary>Adds a payload's items; false when it is not what <see cref="Write"/> makes.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, int count, StackTable stacks)
    {
        var reader = new BlockTextReader(payload);
        for (int i = 0; i < count; i++)
        {
            int frame = (int)reader.Number();
            if (frame == 0)
            {
                StackFrameName name = new(reader.Text() ?? "", reader.Text() ?? "", reader.Text() ?? "", reader.Text(), (int)reader.Number());
                if (reader.Failed)
                    return false;
                stacks.AddFrame(name);
                continue;
            }

            int parent = (int)reader.Number();
            if (reader.Failed || frame < 0 || frame > stacks.Frames || parent < 0 || parent > stacks.Nodes)
                return false;
            stacks.AddNode(frame, parent);
        }

        return reader.AtEnd;
    }

    private static void WriteFrame(BlockTextWriter text, in StackFrameName frame)
    {
        text.Number(0);
        text.Text(frame.Assembly);
        text.Text(frame.Type);
        text.Text(frame.Method);
        text.Text(frame.File);
        text.Number((uint)Math.Max(0, frame.Line));
    }

    private static int Reset(ref int count)
    {
        int before = count;
        count = 0;
        return before;
    }
}
