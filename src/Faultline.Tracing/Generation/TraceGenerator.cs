using Faultline.Kernel;
using Faultline.Tracing.Text;

namespace Faultline.Tracing.Generation;

/// <summary>Makes random traces that are valid: blocks live when they are used, threads run when they act. Same seed, same trace.</summary>
public sealed class TraceGenerator
{
    /// <summary>Together with what the library rounds up it stays far below what any machine refuses.</summary>
    private const ulong LiveBytes = 256UL << 20;

    private const ulong LongestTouch = 128 << 10;
    private const int Full = 100;

    private readonly TraceProfile _profile;
    private readonly List<TraceOperation> _operations = [];
    private readonly LiveBlocks _live = new();
    private readonly RandomThreads _threads;
    private TraceRandom _random;
    private uint _blocks;
    private byte _thread;
    private int _burst;
    private int _phase;
    private int _freeShare;
    private FreeOrder _order;

    private TraceGenerator(TraceProfile profile, ulong seed)
    {
        _profile = profile;
        _random = new TraceRandom(seed);
        _threads = new RandomThreads(_operations);
    }

    /// <summary>A trace of <paramref name="operations"/> operations, touches and threads' starts included.</summary>
    public static TextTrace Generate(TraceProfile profile, ulong seed, int operations)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(operations, 1);
        return new TraceGenerator(profile, seed).Generate(operations);
    }

    private TextTrace Generate(int operations)
    {
        string tunables = _profile.Tunables ? RandomTunables.Draw(ref _random, _profile.Threads) : "";
        ulong limit = !_profile.Threads && _random.Chance(10) ? _random.Scaled(64 << 10, 64 << 20) & ~4095UL : 0;
        while (_operations.Count < operations)
            Step();
        _operations.RemoveRange(operations, _operations.Count - operations);
        return new TextTrace
        {
            Operations = [.. _operations],
            BlockCount = (int)_blocks,
            IsMultiThreaded = _profile.Threads,
            LastThread = _threads.Last,
            BrkLimit = limit,
            Tunables = tunables,
        };
    }

    private void Step()
    {
        if (_phase-- <= 0)
            StartPhase();
        if (_profile.Threads && _burst-- <= 0)
        {
            _burst = _random.Below(40);
            _thread = _threads.Choose(ref _random);
        }

        bool full = _live.Count >= _profile.LiveBlocks || _live.Bytes > LiveBytes;
        if (_live.Count > 0 && _random.Below(Full) < (full ? 80 : _freeShare))
            Free();
        else
            Other();
    }

    private void StartPhase()
    {
        _phase = _profile.Phases ? 20 + _random.Below(_profile.LiveBlocks) : int.MaxValue;
        _freeShare = _profile.Phases ? _random.Pick<int>([10, 30, 48, 70, 95]) : 47;
        _order = _profile.Phases ? (FreeOrder)_random.Below(4) : FreeOrder.Random;
    }

    private void Free()
    {
        int index = _live.Choose(ref _random, _order);
        Add(TraceAction.Free, _live[index].Number);
        _live.Remove(index);
    }

    private void Other()
    {
        int at = _random.Below(Full);
        if ((at -= _profile.Calloc) < 0)
            Calloc();
        else if ((at -= _profile.Realloc) < 0)
            Reallocate();
        else if ((at -= _profile.Memalign) < 0)
            Allocated(TraceAction.Memalign, 1UL << (int)_random.Between(3, _random.Chance(10) ? 20UL : 12), Size());
        else if ((at -= _profile.Trim) < 0)
            Add(_random.Chance(70) ? TraceAction.Trim : TraceAction.Info, 0);
        else if ((at -= _profile.Impossible) < 0)
            Impossible();
        else if (at - _profile.Mallopt < 0 && _random.Chance(10))
            Mallopt();
        else
            Allocated(TraceAction.Malloc, Size(), 0);
    }

    private ulong Size() => _profile.Sizes.Draw(ref _random);

    private void Calloc()
    {
        ulong size = Size(), count = _random.Pick<ulong>([1, 1, 1, 3, 8]);
        Allocated(TraceAction.Calloc, count, size / count);
    }

    private void Allocated(TraceAction action, ulong a, ulong b)
    {
        ulong size = action switch
        {
            TraceAction.Calloc => a * b,
            TraceAction.Memalign => b,
            _ => a,
        };
        Add(action, _blocks, a, b);
        _live.Add(_blocks++, size);
        Touch(_live.Count - 1);
    }

    private void Reallocate()
    {
        if (_live.Count == 0 || _random.Chance(3))
        {
            Allocated(TraceAction.Realloc, Math.Max(1, Size()), 0);
            return;
        }

        int index = _random.Below(_live.Count);
        (uint number, ulong old) = _live[index];
        ulong size = _random.Below(5) switch
        {
            0 => old + _random.Scaled(1, 4096),
            1 => _random.Between(0, old),
            2 => Math.Min(2 * old, 64 << 20),
            // Around the end of the block's last page, where a mapping's room ends.
            3 => PageSize.Up(old + 24) - _random.Between(0, 48),
            _ => Size(),
        };
        Add(TraceAction.Realloc, number, size);
        if (size == 0)
        {
            _live.Remove(index);
            return;
        }

        _live.Resize(index, size);
        Touch(index);
    }

    private void Touch(int index)
    {
        (uint number, ulong size) = _live[index];
        if (size == 0 || _random.Chance(60))
            return;
        ulong offset = size > 4096 && _random.Chance(50) ? _random.Between(0, size - 1) : 0;
        ulong length = Math.Min(size - offset, LongestTouch);
        Add(_random.Chance(20) ? TraceAction.TouchRead : TraceAction.TouchWrite, number, offset, _random.Between(1, length));
    }

    /// <summary>Requests of 2^60 bytes and more; the block number of one that was never had is used once.</summary>
    private void Impossible()
    {
        ulong size = _random.Pick<ulong>([1UL << 60, long.MaxValue, long.MaxValue - 4999, ulong.MaxValue, ulong.MaxValue - 4096]);
        switch (_random.Below(3))
        {
            case 0:
                Add(TraceAction.Malloc, _blocks++, size);
                break;
            case 1:
                Add(TraceAction.Memalign, _blocks++, 64, size);
                break;
            default:
                if (_live.Count > 0)
                    Add(TraceAction.Realloc, _live[_random.Below(_live.Count)].Number, size);
                break;
        }
    }

    /// <summary>M_MXFAST 1, M_TRIM_THRESHOLD -1, M_TOP_PAD -2, M_MMAP_THRESHOLD -3, M_MMAP_MAX -4 at values in and out of range.</summary>
    private void Mallopt()
    {
        int parameter = _random.Pick<int>([1, -1, -2, -3, -4]);
        ulong value = parameter == 1 ? _random.Between(0, 170) : parameter == -4 ? _random.Between(0, 20) : _random.Scaled(1, 40 << 20);
        Add(TraceAction.Mallopt, 0, (ulong)parameter, value);
    }

    private void Add(TraceAction action, uint block, ulong a = 0, ulong b = 0) => _operations.Add(new TraceOperation(action, _thread, block, a, b));
}
