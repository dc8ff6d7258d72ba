using System.Runtime.InteropServices;
using Faultline.Shim.Host;
using Faultline.Tracing.Recording;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Recording;

/// <summary>
/// Leaves the process's /proc/self/maps in the recording: what was mapped before the arena was. Read without a managed stream, straight into the shared
/// memory, so that looking changes nothing of what it looks at.
/// </summary>
internal static unsafe class OwnMaps
{
    public static void Leave(RecordingMemory memory, SessionFile session) => Leave(memory, session, "/proc/self/maps\0"u8);

    /// <summary>What cannot be read, or is too long, is left out, and a note says so.</summary>
    internal static void Leave(RecordingMemory memory, SessionFile session, ReadOnlySpan<byte> zeroTerminatedPath)
    {
        int descriptor = HostCalls.OpenForReading(zeroTerminatedPath);
        if (descriptor < 0)
        {
            Refuse(session, $"cannot be opened (errno {Marshal.GetLastSystemError()})");
            return;
        }

        Span<byte> room = RecordedMaps.Room(memory);
        int length = Read(descriptor, room, out int errno);
        HostCalls.close(descriptor);
        if (errno != 0)
            Refuse(session, $"cannot be read (errno {errno})");
        else if (length == room.Length)
            Refuse(session, $"has more than {room.Length} bytes");
        else
            RecordedMaps.Publish(memory, length);
    }

    /// <summary>The kernel gives a page of whole lines at a time. Answers the bytes up to the end, or all that there is room for.</summary>
    private static int Read(int descriptor, Span<byte> room, out int errno)
    {
        errno = 0;
        int length = 0;
        fixed (byte* start = room)
        {
            while (length < room.Length)
            {
                nint got = HostCalls.pread(descriptor, start + length, (nuint)(room.Length - length), length);
                if (got < 0 && Marshal.GetLastSystemError() == HostCalls.ErrnoEintr)
                    continue;
                if (got < 0)
                    errno = Marshal.GetLastSystemError();
                if (got <= 0)
                    break;
                length += (int)got;
            }
        }

        return length;
    }

    private static void Refuse(SessionFile session, string why)
        => SessionNotes.Append(session, "trace", $"the trace has no maps of the program: /proc/self/maps {why}");
}
