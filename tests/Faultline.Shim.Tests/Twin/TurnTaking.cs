namespace Faultline.Shim.Tests.Twin;

/// <summary>Threads, numbered from 1, of which one works at a time: the one that is told to, while the caller waits. 0 is the caller itself.</summary>
internal sealed class TurnTaking : IDisposable
{
    private readonly Worker[] _workers;

    public TurnTaking(int count) => _workers = [.. Enumerable.Range(0, count).Select(_ => new Worker())];

    /// <summary>Throws what the work threw.</summary>
    public void Run(int thread, Action work)
    {
        if (thread == 0)
            work();
        else
            _workers[thread - 1].Run(work);
    }

    /// <summary>Ends a thread and waits for its end.</summary>
    public void End(int thread) => _workers[thread - 1].End();

    public void Dispose()
    {
        foreach (Worker worker in _workers)
            worker.End();
    }

    private sealed class Worker
    {
        private readonly SemaphoreSlim _turn = new(0);
        private readonly SemaphoreSlim _done = new(0);
        private readonly Thread _thread;
        private Action? _work;
        private Exception? _thrown;

        public Worker()
        {
            _thread = new Thread(Loop);
            _thread.Start();
        }

        public void Run(Action work)
        {
            _work = work;
            _turn.Release();
            _done.Wait();
            if (_thrown != null)
                throw new InvalidOperationException("a thread's turn failed", _thrown);
        }

        public void End()
        {
            _work = null;
            _turn.Release();
            _thread.Join();
        }

        private void Loop()
        {
            for (_turn.Wait(); _work != null; _turn.Wait())
            {
                try
                {
                    _work();
                }
                catch (Exception e)
                {
                    _thrown = e;
                }

                _done.Release();
            }
        }
    }
}
