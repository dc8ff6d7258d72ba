using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using Faultline.Kernel.Host;
using Faultline.Tracing.Recording;
using Faultline.Tracing.Session;
using Faultline.Tracing.Stacks;

namespace Faultline.Shim.Stacks;

/// <summary>
/// Walks the calling thread's managed stack and leaves it, interned, in the recording's memory. Asked only for calls that were chosen, before
/// the allocator has the call: no lock of the engine or of the simulated kernel is held.
/// </summary>
/// <remarks>
/// <para>
/// A frame is looked up by its method and its offset in it. Names and lines are read, by a second walk that opens symbols, only when a frame is met for
/// the first time. A walk allocates on the GC heap, which a program that counts its own garbage sees; nothing else of it is visible.
/// </para>
/// <para>
/// Opening symbols may load assemblies and so call handlers of the program, which may allocate native memory: calls from inside of a walk have no stack.
/// Methods are known by their handles, not by reference, so that assemblies can still be unloaded.
/// </para>
/// </remarks>
internal sealed class StackSampler
{
    [ThreadStatic]
    private static bool t_walking;

    private readonly RecordingMemory _memory;
    private readonly StackLogWriter _log;
    private readonly Dictionary<FrameKey, int> _frames = [];
    private readonly Dictionary<(int Frame, int Parent), int> _nodes = [];
    private int _lock;

    private StackSampler(RecordingMemory memory, StackLogWriter log, StackSampling sampling)
    {
        _memory = memory;
        _log = log;
        Sampling = sampling;
    }

    public StackSampling Sampling { get; }

    /// <summary>Null where no stacks are asked for, or the host refuses the memory for them: then the session says so.</summary>
    public static StackSampler? Create(RecordingMemory memory, SessionFile session, StackSampling sampling)
    {
        if (sampling == StackSampling.Off)
            return null;
        if (StackLogWriter.Open(memory) is { } log)
            return new StackSampler(memory, log, sampling);
        SessionNotes.Append(session, "trace", "no call stacks are recorded: the host refused the memory for them");
        return null;
    }

    /// <summary>The number of the calling thread's stack; 0 where there is none to be had. Never throws.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public int Walk()
    {
        if (t_walking || _memory.HasEnded)
            return 0;
        long started = Stopwatch.GetTimestamp();
        int stack = 0;
        t_walking = true;
        try
        {
            if (RuntimeHelpers.TryEnsureSufficientExecutionStack())
                stack = Intern(new StackTrace(fNeedFileInfo: false));
        }
        catch (Exception)
        {
            // The program has its block in any case; the count of lost stacks says that this one is missing.
        }
        finally
        {
            t_walking = false;
        }

        StackLogWriter.CountWalk(_memory, (long)Stopwatch.GetElapsedTime(started).TotalNanoseconds, stack != 0);
        return stack;
    }

    private int Intern(StackTrace trace)
    {
        int innermost = 0;
        while (innermost < trace.FrameCount && FrameNames.IsOwn(trace.GetFrame(innermost)))
            innermost++;
        var keys = new FrameKey[trace.FrameCount - innermost];
        for (int i = 0; i < keys.Length; i++)
            keys[i] = FrameKey.Of(trace.GetFrame(innermost + i)!);
        int stack = Find(keys, null);
        return stack >= 0 ? stack : Find(keys, NamesFor(keys.Length));
    }

    /// <summary>The frames' names, innermost first. The walk begins elsewhere than the one before, but ends at the same frame.</summary>
    private static StackFrameName[] NamesFor(int count)
    {
        StackTrace trace = new(fNeedFileInfo: true);
        var names = new StackFrameName[count];
        for (int i = 0; i < count; i++)
            names[i] = FrameNames.Of(trace.GetFrame(trace.FrameCount - count + i));
        return names;
    }

    /// <summary>The stack's number, adding what is new if names are given; -1 if a frame is new and there are none; 0 if the log is full.</summary>
    private int Find(FrameKey[] keys, StackFrameName[]? names)
    {
        HostLock.Enter(ref _lock);
        try
        {
            int node = 0;
            for (int i = keys.Length - 1; i >= 0; i--)
            {
                if (!_frames.TryGetValue(keys[i], out int frame))
                {
                    if (names == null)
                        return -1;
                    if ((frame = _log.AddFrame(names[i])) == 0)
                        return 0;
                    _frames.Add(keys[i], frame);
                }

                if (!_nodes.TryGetValue((frame, node), out int next))
                {
                    if ((next = _log.AddNode(frame, node)) == 0)
                        return 0;
                    _nodes.Add((frame, node), next);
                }

                node = next;
            }

            return node;
        }
        finally
        {
            HostLock.Exit(ref _lock);
        }
    }

    /// <summary>
    /// A place in a method. Emitted methods have no handle that may be asked for without an exception, which a program could see, and precompiled ones
    /// (NativeAOT) none at all: these go by their names.
    /// </summary>
    private readonly record struct FrameKey(nint Method, int Offset)
    {
        public static FrameKey Of(StackFrame frame)
        {
            MethodBase? method = FrameNames.MethodOf(frame);
            if (method?.DeclaringType != null)
                return new(method.MethodHandle.Value, frame.GetILOffset());
            int name = method?.Name.GetHashCode() ?? FrameNames.Of(frame).GetHashCode();
            return new(name, method == null ? frame.GetNativeOffset() : -1);
        }
    }
}
