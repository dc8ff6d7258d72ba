// The model's own memory for one process: what stands for its processor's translations, and its areas. Reserving it from the host costs
// more than all the rest of starting a process, so that those who exit leave it to those who come.
//
//   │ translations, 8 KiB │ areas, touched as far as there are any …

using Faultline.Kernel.Host;

namespace Faultline.Kernel;

/// <summary>Memory outside the GC heap: <see cref="Translations"/> are all zero in the hands of a new process, <see cref="Areas"/> hold anything.</summary>
internal sealed unsafe class ProcessMemory : IDisposable
{
    private const ulong TranslationBytes = SoftwareTlb.Size * sizeof(ulong);

    /// <summary>What is touched beyond this is not kept for the next process.</summary>
    private const ulong KeptBytes = 64 << 10;

    private readonly ReservedMemory _memory = new(TranslationBytes + ((ulong)VmaSet.Capacity * (ulong)sizeof(Vma)));

    public ulong* Translations => (ulong*)_memory.Start;

    public Vma* Areas => (Vma*)(_memory.Start + TranslationBytes);

    public void Dispose() => _memory.Dispose();

    /// <summary>As a new process is to find it; there never were more than <paramref name="areas"/>.</summary>
    private void Reset(int areas)
    {
        new Span<ulong>(Translations, SoftwareTlb.Size).Clear();
        if (TranslationBytes + ((ulong)areas * (ulong)sizeof(Vma)) > KeptBytes)
            _memory.Discard(KeptBytes, _memory.Length - KeptBytes);
    }

    /// <summary>Memory of processes that have exited, for a machine's next ones.</summary>
    internal sealed class Pool : IDisposable
    {
        private const int Most = 256;

        private readonly Stack<ProcessMemory> _left = [];

        public ProcessMemory Take() => _left.TryPop(out ProcessMemory? memory) ? memory : new ProcessMemory();

        /// <summary>Nobody uses it any more; it held so many areas at most.</summary>
        public void Give(ProcessMemory memory, int areas)
        {
            if (_left.Count == Most)
            {
                memory.Dispose();
                return;
            }

            memory.Reset(areas);
            _left.Push(memory);
        }

        public void Dispose()
        {
            while (_left.TryPop(out ProcessMemory? memory))
                memory.Dispose();
        }
    }
}
