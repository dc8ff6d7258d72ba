using Faultline.Kernel;

namespace Faultline.Libc;

// Heaps of secondary arenas (HeapLayout; glibc 2.36 to 2.41, malloc/arena.c): 64 MiB of address space, made writable as needed.
public sealed unsafe partial class Malloc<TProcess>
{
    /// <summary>
    /// Where the next heap would be aligned without waste: above a reservation of two heaps that happened to be aligned and
    /// whose upper half was given back. Tried once.
    /// </summary>
    private ulong _heapHint;

    private bool _overcommitKnown;

    /// <summary>
    /// A heap with at least this many bytes writable, and top_pad more if that fits. 0 if one heap cannot hold it or the kernel
    /// refuses.
    /// </summary>
    private ulong NewHeap(ulong size)
    {
        ulong padded = size + _topPad;
        if (padded < HeapLayout.MinimumSize)
            size = HeapLayout.MinimumSize;
        else if (padded <= HeapLayout.MaximumSize)
            size = padded;
        else if (size <= HeapLayout.MaximumSize)
            size = HeapLayout.MaximumSize;
        else
            return 0;
        size = PageSize.Up(size);
        ulong heap = ReserveHeap();
        if (heap == 0)
            return 0;
        RequireCovered(heap, HeapLayout.MaximumSize);
        if (_process.Mprotect(new VirtualAddress(heap), size, Protection.ReadWrite).Failed)
        {
            _process.Munmap(new VirtualAddress(heap), HeapLayout.MaximumSize);
            return 0;
        }

        TouchWrite(heap + HeapLayout.Size);
        Store(in Word(heap + HeapLayout.Arena), 0);
        Store(in Word(heap + HeapLayout.Previous), 0);
        Store(in Word(heap + HeapLayout.WritableSize), size);
        Store(in Word(heap + HeapLayout.Size), size);
        Store(in Word(heap + HeapLayout.PageSizeField), PageSize.Bytes);
        return heap;
    }

    private ulong ReserveHeap()
    {
        if (_heapHint != 0)
        {
            ulong hinted = Reserve(_heapHint, HeapLayout.MaximumSize);
            _heapHint = 0;
            if (hinted != 0 && HeapLayout.Of(hinted) == hinted)
                return hinted;
            if (hinted != 0)
                _process.Munmap(new VirtualAddress(hinted), HeapLayout.MaximumSize);
        }

        ulong twice = Reserve(0, 2 * HeapLayout.MaximumSize);
        if (twice != 0)
            return KeepAlignedHalf(twice);
        ulong once = Reserve(0, HeapLayout.MaximumSize);
        if (once == 0 || HeapLayout.Of(once) == once)
            return once;
        _process.Munmap(new VirtualAddress(once), HeapLayout.MaximumSize);
        return 0;
    }

    private ulong KeepAlignedHalf(ulong reserved)
    {
        ulong heap = HeapLayout.Of(reserved + HeapLayout.MaximumSize - 1), before = heap - reserved;
        if (before != 0)
            _process.Munmap(new VirtualAddress(reserved), before);
        else
            _heapHint = heap + HeapLayout.MaximumSize;
        _process.Munmap(new VirtualAddress(heap + HeapLayout.MaximumSize), HeapLayout.MaximumSize - before);
        return heap;
    }

    private ulong Reserve(ulong hint, ulong length)
    {
        SystemCallResult mapping = _process.Mmap(new VirtualAddress(hint), length, Protection.None, _profile.HeapFlags);
        return mapping.Failed ? 0 : mapping.Address.Value;
    }

    /// <summary>
    /// Makes this many more bytes of a heap usable; the kernel is asked only for what was never writable. False if they do not
    /// fit.
    /// </summary>
    private bool GrowHeap(ulong heap, ulong bytes)
    {
        ref readonly ulong writable = ref Word(heap + HeapLayout.WritableSize);
        ulong size = Word(heap + HeapLayout.Size) + PageSize.Up(bytes);
        if (size > HeapLayout.MaximumSize)
            return false;
        if (size > writable)
        {
            if (_process.Mprotect(new VirtualAddress(heap + writable), size - writable, Protection.ReadWrite).Failed)
                return false;
            Store(in writable, size);
        }

        Store(in Word(heap + HeapLayout.Size), size);
        return true;
    }

    /// <summary>
    /// Gives the last bytes of a heap back. Where overcommit is forbidden they are mapped anew without access, to be
    /// uncommitted.
    /// </summary>
    private bool ShrinkHeap(ulong heap, ulong bytes)
    {
        ulong size = Word(heap + HeapLayout.Size) - bytes;
        VirtualAddress tail = new(heap + size);
        if (!_overcommitKnown)
            _options.Consulted?.Invoke(ConsultedFile.OvercommitMemory);
        _overcommitKnown = true;
        if (!_options.OvercommitForbidden)
        {
            _process.Madvise(tail, bytes, Advice.DontNeed);
        }
        else
        {
            if (_process.Mmap(tail, bytes, Protection.None, MapFlags.Private | MapFlags.Fixed).Failed)
                return false;
            Store(in Word(heap + HeapLayout.WritableSize), size);
        }

        Store(in Word(heap + HeapLayout.Size), size);
        _shadow.Discard(tail.Value, bytes);
        return true;
    }
}
