using Faultline.Tracing.Events;
using Faultline.Tracing.Recording;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Runtime;

/// <summary>
/// The trace of a program that the compiler routed and that runs without the tool: a background thread of the program itself takes the events that its threads
/// leave and writes them. A program that is killed leaves the file under its temporary name, readable up to its last whole block.
/// </summary>
internal static class OwnTrace
{
    /// <summary>Names the file, NAME.fltrace; %p in it is the process's number. Without it nothing is recorded.</summary>
    public const string Variable = "FAULTLINE_TRACE";

    private static string? s_named;
    private static OwnFile? s_file;
    private static RecordingMemory? s_memory;
    private static RecordingThread? s_thread;

    /// <summary>Before the session is made.</summary>
    public static void Expect(string? named) => s_named = named;

    /// <summary>The descriptor of the memory that events go through; 0 where nothing is recorded. What cannot be written is said on standard error.</summary>
    public static int Open()
    {
        if (s_named == null)
            return 0;
        try
        {
            s_file = OwnFile.Create(s_named, Variable);
            s_memory = s_file == null ? null : RecordingMemory.Create();
            return s_memory?.Descriptor ?? 0;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            s_file?.Dispose();
            Refuse(failure);
            return 0;
        }
    }

    public static unsafe void Start(SessionFile session)
    {
        if (s_memory == null)
            return;
        TraceMetadata known = new()
        {
            Program = string.Join(' ', Environment.GetCommandLineArgs()),
            Tunables = SessionEnvironment.Tunables(session.Header->Libc).ToString(),
        };
        s_thread = new RecordingThread(s_memory, session, s_file!.Stream, [], known);
    }

    /// <summary>After the final snapshot: closes the file and gives it its name. Null where nothing was recorded.</summary>
    public static OwnRecording? Finish(SiteTable sites)
    {
        if (Interlocked.Exchange(ref s_thread, null) is not { } thread)
            return null;
        RecordingResult result = thread.Finish(sites.Sites);
        try
        {
            s_file!.Commit();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            s_file!.Dispose();
            Refuse(failure);
            return null;
        }

        return new(s_named!, result);
    }

    /// <summary>Nothing is routed after all: there is nothing to record.</summary>
    public static void Abandon()
    {
        Interlocked.Exchange(ref s_thread, null)?.Finish([]);
        s_file?.Dispose();
    }

    private static void Refuse(Exception failure)
        => Console.Error.WriteLine($"faultline: no trace: {Variable}={s_named}: {failure.Message.ReplaceLineEndings(" ")}");
}
