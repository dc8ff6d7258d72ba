using Faultline.Shim;
using Faultline.Tracing.Session;

namespace Faultline.Benchmarks;

/// <summary>Gives the benchmark's process a session of its own, as the tool gives one to a program.</summary>
internal static unsafe class BenchmarkSession
{
    /// <summary>To be called before the shim is used. Throws <see cref="InvalidOperationException"/> if the shim did not take the session.</summary>
    public static SessionFile Attach(int recordingDescriptor = 0, uint siteCount = 1)
    {
        SessionFile session = SessionFile.Create(new SessionParameters { SiteCount = siteCount, RecordingDescriptor = recordingDescriptor });
        Environment.SetEnvironmentVariable(SessionLayout.EnvironmentVariable, session.Path);
        NativeMemoryShim.Free(NativeMemoryShim.Alloc(1, site: 1), site: 1);
        if (session.Header->State != SessionState.Running)
            throw new InvalidOperationException($"the shim did not take the session: its state is {session.Header->State}");
        return session;
    }
}
