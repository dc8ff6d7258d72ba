using System.Diagnostics;
using Faultline.TestSupport;

namespace Faultline.Libc.Tests;

public class MallocStatsTests
{
    private const string Twin = """
        #include <malloc.h>
        #include <stdlib.h>
        int main(void) {
          void *p[40];
          for (int i = 0; i < 40; i++) p[i] = malloc(100 + 50 * i);
          void *m = malloc(1 << 20), *n = malloc(300000);
          for (int i = 0; i < 40; i += 2) free(p[i]);
          free(m);
          malloc_stats();
          free(n);
          return 0;
        }
        """;

    [RealLibcFact]
    public void Malloc_stats_prints_what_the_real_one_prints()
    {
        using TestHeap heap = new();
        ulong[] blocks = [.. Enumerable.Range(0, 40).Select(i => heap.Malloc.Allocate((ulong)(100 + 50 * i)))];
        ulong first = heap.Malloc.Allocate(1 << 20);
        heap.Malloc.Allocate(300_000);
        for (int i = 0; i < 40; i += 2)
            heap.Free(blocks[i]);
        heap.Free(first);
        Assert.Equal(RunTwin(), heap.Malloc.GetMallocStatsText());
    }

    private static string RunTwin()
    {
        string folder = Directory.CreateTempSubdirectory("faultline-stats-").FullName;
        try
        {
            string source = Path.Combine(folder, "twin.c"), program = Path.Combine(folder, "twin");
            File.WriteAllText(source, Twin);
            Run("gcc", "-O1", "-fno-builtin", "-o", program, source);
            return Run(program);
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    private static string Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        string text = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return text;
    }
}
