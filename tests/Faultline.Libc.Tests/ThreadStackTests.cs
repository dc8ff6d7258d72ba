using Faultline.Kernel;

namespace Faultline.Libc.Tests;

public class ThreadStackTests
{
    [Fact]
    public void A_stack_is_8_MiB_with_a_guard_page_and_two_pages_in_use()
    {
        using TestHeap heap = new();
        var stacks = new ThreadStacks<SimulatedProcess>(heap.Malloc);
        ulong before = heap.Process.ResidentPages.Value;
        ThreadStack stack = Start(heap, stacks);
        Assert.Equal(before + 2 + 1, heap.Process.ResidentPages.Value);     // and the heap's first page, with the vector
        Assert.Equal(280UL, heap.Malloc.UsableSize(stack.Vector));
        AreaInfo[] areas = [.. heap.Process.Maps().Where(area => area.Start >= stack.Start && area.End <= stack.Start + ThreadStack.Length)];
        Assert.Equal([("---p", 4096UL), ("rw-p", 8UL << 20)], areas.Select(area => (area.Permissions, area.Size.Value)));
    }

    [Fact]
    public void The_stack_of_a_joined_thread_is_the_next_ones()
    {
        using TestHeap heap = new();
        var stacks = new ThreadStacks<SimulatedProcess>(heap.Malloc);
        ThreadStack first = Start(heap, stacks), second = Start(heap, stacks);
        stacks.Give(heap.Malloc.MainThread, first);
        stacks.Give(heap.Malloc.MainThread, second);
        ulong calls = heap.Process.SystemCalls.Total;
        Assert.Equal([second, first], [Start(heap, stacks), Start(heap, stacks)]);
        Assert.Equal(calls, heap.Process.SystemCalls.Total);
    }

    [Fact]
    public void Four_stacks_are_kept_and_the_oldest_goes()
    {
        using TestHeap heap = new();
        var stacks = new ThreadStacks<SimulatedProcess>(heap.Malloc);
        ThreadStack[] all = [.. Enumerable.Range(0, 6).Select(_ => Start(heap, stacks))];
        foreach (ThreadStack stack in all)
            stacks.Give(heap.Malloc.MainThread, stack);
        Assert.Equal((4, 2UL), (stacks.Kept, heap.Process.SystemCalls.Munmap));
        Assert.Equal([all[5], all[4], all[3], all[2]], Enumerable.Range(0, 4).Select(_ => Start(heap, stacks)).ToArray());
    }

    [Fact]
    public void A_thread_that_ends_gives_back_what_it_does_not_stand_on()
    {
        using TestHeap heap = new();
        var stacks = new ThreadStacks<SimulatedProcess>(heap.Malloc);
        ThreadStack stack = Start(heap, stacks);
        heap.Touch(stack.Start.Value + ThreadStack.GuardBytes, ThreadStack.StackBytes);
        ulong before = heap.Process.ResidentPages.Value;
        stacks.Leave(stack);
        Assert.Equal(before - 2048 + 6, heap.Process.ResidentPages.Value);
    }

    private static ThreadStack Start(TestHeap heap, ThreadStacks<SimulatedProcess> stacks)
    {
        Assert.True(stacks.TryTake(heap.Malloc.MainThread, out ThreadStack stack));
        stacks.Enter(stack);
        return stack;
    }
}
