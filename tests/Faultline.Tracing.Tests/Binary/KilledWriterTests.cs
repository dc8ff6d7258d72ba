using System.Diagnostics;
using Faultline.Tracing.Binary;
using Faultline.Tracing.Events;

namespace Faultline.Tracing.Tests.Binary;

/// <summary>A process that records with several threads is killed in the middle: the trace is good up to its last whole block.</summary>
public class KilledWriterTests
{
    private const int Threads = 3;

    [Fact]
    public void WhatWasFlushedBeforeAKillIsRead()
    {
        string path = Path.Combine(Path.GetTempPath(), $"faultline-killed-{Environment.ProcessId}.fltrace");
        using Process child = Start(path);
        try
        {
            long flushed = long.Parse(child.StandardOutput.ReadLine()!);
            child.Kill();
            child.WaitForExit();
            Assert.Equal(128 + 9, child.ExitCode);
            CheckTrace(path, flushed);
        }
        finally
        {
            if (!child.HasExited)
                child.Kill();
            File.Delete(path);
        }
    }

    /// <summary>What the child process does: record until it is killed, and say how much was certainly written.</summary>
    internal static void RecordForEver(string path)
    {
        var writer = TraceWriter.Create(path, TraceFiles.Metadata, overwrite: true);
        for (int i = 0; i < Threads; i++)
        {
            int thread = i;
            new Thread(() => Append(writer.OpenLane(), thread)) { IsBackground = true }.Start();
        }

        while (writer.EventsWritten < 500_000)
        {
            Thread.Sleep(10);
            writer.Flush();
        }

        Console.WriteLine(writer.EventsWritten);
        while (true)
        {
            Thread.Sleep(1);
            writer.Flush();
        }
    }

    private static void Append(TraceLane lane, int thread)
    {
        for (ulong i = 0; ; i++)
            lane.Append(new TraceEvent { Kind = TraceEventKind.Malloc, Thread = thread, Size = i, Time = (ulong)Stopwatch.GetTimestamp(), Address = i << 5 });
    }

    private static Process Start(string path)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileName(host) == "dotnet" ? host : "dotnet")
        {
            RedirectStandardOutput = true,
            ArgumentList = { "exec", typeof(KilledWriterTests).Assembly.Location, Program.RecordVerb, path },
        };
        return Process.Start(start)!;
    }

    private static void CheckTrace(string path, long flushed)
    {
        using TraceReader reader = TraceReader.Open(path);
        Assert.NotNull(reader.Damage);
        var next = new ulong[Threads];
        var last = new ulong[Threads];
        long count = 0;
        foreach (TraceEvent e in TraceFiles.ReadAll(reader, batch: 4096))
        {
            Assert.Equal(next[e.Thread]++, e.Size);
            Assert.True(e.Time >= last[e.Thread]);
            last[e.Thread] = e.Time;
            count++;
        }

        Assert.Equal(reader.EventCount, count);
        Assert.True(count >= flushed, $"{flushed} events were flushed before the kill, {count} were read");
    }
}
