using Faultline.Tracing.Text;

namespace Faultline.Tracing.Generation;

/// <summary>The threads of a generated trace: which run, which have ended and wait to be joined.</summary>
internal sealed class RandomThreads(List<TraceOperation> operations)
{
    private const int MostAlive = 24;
    private const int Numbers = 256;

    private readonly List<byte> _alive = [0];
    private readonly List<byte> _ended = [];

    /// <summary>Highest number given so far.</summary>
    public int Last { get; private set; }

    /// <summary>The thread that acts next, after one may have been started, ended or joined.</summary>
    public byte Choose(ref TraceRandom random)
    {
        int at = random.Below(100);
        byte actor = random.Pick<byte>(_alive.ToArray());
        if ((_alive.Count == 1 || at < 12) && _alive.Count < MostAlive && Last < Numbers - 1)
        {
            byte started = (byte)++Last;
            operations.Add(new TraceOperation(TraceAction.Spawn, actor, started, 0, 0));
            _alive.Add(started);
        }
        else if (at < 20 && actor != 0)
        {
            operations.Add(new TraceOperation(TraceAction.Exit, actor, 0, 0, 0));
            _alive.Remove(actor);
            _ended.Add(actor);
        }
        else if (at < 28 && _ended.Count > 0)
        {
            int index = random.Below(_ended.Count);
            operations.Add(new TraceOperation(TraceAction.Join, actor, _ended[index], 0, 0));
            _ended.RemoveAt(index);
        }

        return random.Pick<byte>(_alive.ToArray());
    }
}
