using System.Runtime.InteropServices;

namespace Faultline.Tracing.Session;

/// <summary>The start of a shard.</summary>
[StructLayout(LayoutKind.Sequential, Size = Size)]
public struct ShardHeader
{
    public const int Size = 128;

    /// <summary>Routed calls of this thread that were passed on to the real functions.</summary>
    public ulong ForeignCalls;

    /// <summary>1 + the site that was counted here last for the first time; from there on <see cref="SiteCounters.NextSite"/>. 0: none was.</summary>
    public ulong FirstSite;

    /// <summary>The lock of a shard that several threads share.</summary>
    public int SharedLock;

    /// <summary>Site of the call that the thread makes, or made last.</summary>
    public int CurrentSite;
}

/// <summary>The sites that were counted in a shard, the latest first. What a program scribbled over its session ends the list early.</summary>
internal unsafe struct ShardSites(SessionFile file, int shard)
{
    private readonly SiteCounters* _sites = file.Sites(shard);
    private ulong _next = Volatile.Read(ref file.Shard(shard)->FirstSite);
    private int _left = file.SiteCount + 1;

    public int Current { get; private set; }

    public readonly ShardSites GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_next == 0 || _next > (ulong)file.SiteCount + 1 || _left-- == 0)
            return false;
        Current = (int)_next - 1;
        _next = _sites[Current].NextSite - 1;
        return true;
    }
}
