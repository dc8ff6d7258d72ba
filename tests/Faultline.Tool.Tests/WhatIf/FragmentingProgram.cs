using Faultline.Tracing.Text;

namespace Faultline.Tool.Tests.WhatIf;

/// <summary>
/// A program of several threads that fragments memory, as a text trace. Threads work one after the other: each builds an index out
/// of many small blocks and some buffers of 200 KiB, keeps every sixteenth small block, and frees the rest. What is free in one arena is
/// of no use in the next, and buffers that come from the heap leave holes that the kept blocks pin.
/// </summary>
internal static class FragmentingProgram
{
    private const int Threads = 6, Rounds = 3, Blocks = 1500, Buffers = 10, KeepOneOf = 16;
    private const ulong BufferBytes = 200 << 10;

    public static void Write(string path)
    {
        using StreamWriter writer = File.CreateText(path);
        TextTraceWriter.Write(Trace(), writer);
    }

    private static TextTrace Trace()
    {
        List<TraceOperation> operations = [];
        uint next = 0;
        for (byte thread = 1; thread <= Threads; thread++)
            operations.Add(new(TraceAction.Spawn, 0, thread, 0, 0));
        for (int round = 0; round < Rounds; round++)
            for (byte thread = 1; thread <= Threads; thread++)
                next = Round(operations, thread, next);
        return new TextTrace
        {
            Operations = [.. operations],
            BlockCount = (int)next,
            IsMultiThreaded = true,
            LastThread = Threads,
            BrkLimit = 0,
            Tunables = "",
        };
    }

    private static uint Round(List<TraceOperation> operations, byte thread, uint first)
    {
        uint next = first;
        List<uint> gone = [];
        for (int i = 0; i < Blocks; i++)
        {
            // Sizes from 40 to 2000 bytes in an order that is scattered and always the same.
            Allocate(operations, thread, next, 40 + (ulong)(i * 7919 % 1961));
            if (i % KeepOneOf != 0)
                gone.Add(next);
            next++;
            if (i % (Blocks / Buffers) != 0)
                continue;
            Allocate(operations, thread, next, BufferBytes);
            gone.Add(next++);
        }

        foreach (uint block in gone)
            operations.Add(new(TraceAction.Free, thread, block, 0, 0));
        return next;
    }

    private static void Allocate(List<TraceOperation> operations, byte thread, uint block, ulong size)
    {
        operations.Add(new(TraceAction.Malloc, thread, block, size, 0));
        operations.Add(new(TraceAction.TouchWrite, thread, block, 0, size));
    }
}
