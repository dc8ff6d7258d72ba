using System.Text;

namespace Faultline.Tracing.Recording;

/// <summary>
/// The program's /proc/self/maps from before its Main, on its way into the trace. The shim writes the text as the kernel gives it, the tool
/// takes it when the program says that it runs.
/// </summary>
public static unsafe class RecordedMaps
{
    /// <summary>Start of the names of the mappings through which a program is watched: they are not the program's.</summary>
    private const string Own = "/memfd:faultline-";

    /// <summary>Where the text goes. Valid until the recording is disposed.</summary>
    public static Span<byte> Room(RecordingMemory memory) => new((byte*)memory.Header + RecordingLayout.MapsOffset, RecordingLayout.MapsCapacity);

    /// <summary>So many bytes of <see cref="Room"/> are the whole text.</summary>
    public static void Publish(RecordingMemory memory, int bytes) => Volatile.Write(ref memory.Header->MapsBytes, bytes);

    /// <summary>The lines that are the program's; "" where nothing was published.</summary>
    public static string Read(RecordingMemory memory)
    {
        int bytes = Math.Clamp(Volatile.Read(ref memory.Header->MapsBytes), 0, RecordingLayout.MapsCapacity);
        string text = Encoding.UTF8.GetString(Room(memory)[..bytes]);
        return string.Concat(text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.Contains(Own, StringComparison.Ordinal)).Select(line => line + "\n"));
    }
}
