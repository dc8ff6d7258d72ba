using Faultline.Tracing.Scenarios;

namespace Faultline.Tracing.Tests.Scenarios;

public sealed class ScenarioLanguageTests
{
    /// <summary>Line, column and the words that help, for each way to be wrong.</summary>
    [Theory]
    [InlineData("flly p", "s:1:1: unknown statement 'flly'")]
    [InlineData("strat p", "s:1:1: unknown statement 'strat', did you mean 'start'?")]
    [InlineData("start p\np: mallok b 1", "s:2:4: unknown operation of a process 'mallok', did you mean 'malloc'?")]
    [InlineData("q: malloc b 1", "s:1:1: no process 'q': write 'start q' before")]
    [InlineData("start p\np: malloc", "s:2:4: 'malloc' needs a name for the memory")]
    [InlineData("start p\np: malloc b 99999999999G", "s:2:13: '99999999999G' is no size that 64 bits hold")]
    [InlineData("start p\np: malloc b 4Q", "s:2:13: '4Q' is no size")]
    [InlineData("start p\np: malloc b 4 5", "s:2:15: '5' is too much for 'malloc'")]
    [InlineData("start p\np: malloc b 4\np: free b\np: free b", "s:4:9: 'b' of 'p' was given back at line 3")]
    [InlineData("start p\np: malloc b 4\np: malloc b 4", "s:3:11: 'b' is in use since line 2")]
    [InlineData("start p\np: mmap m 4K\np: free m", "s:3:9: 'm' was mapped at line 2 and is no block of malloc: use munmap")]
    [InlineData("start p\np: malloc b 64\np: write b 65", "s:3:12: offset 65 is past the end of 'b', which has 64 bytes")]
    [InlineData("start p\np: malloc b 64\np: write b 1 64", "s:3:14: 1 + 64 is past the end of 'b'")]
    [InlineData("start p\np: mmap m 4K readonly\np: write m", "s:3:10: 'm' of 'p' may not be written there: segmentation fault")]
    [InlineData("start p\np: exit\np: malloc b 1", "s:3:1: process 'p' exited at line 2")]
    [InlineData("start p\nstart p", "s:2:7: a process 'p' runs already")]
    [InlineData("start p nice=99", "s:1:9: '99' is not allowed for 'nice'")]
    [InlineData("start p oom_adj=-18", "s:1:9: '-18' is not allowed for 'oom_adj': -17 to 15")]
    [InlineData("start p\nmachine ram=1G", "s:2:1: the machine runs already")]
    [InlineData("machine ram=1\nstart p", "s:2:1: RamBytes 1 is not a multiple of 4096 from 64 MiB to 8 TiB")]
    [InlineData("machine swap=9T\nstart p", "s:1:9: '9T' is not allowed for 'swap': a size, as in 256M; a swap area has at most 2,147,483,647 slots of 4K")]
    [InlineData("machine swap=4097\nstart p", "s:2:1: SwapBytes 4097 is not a multiple of 4096 below 8 TiB")]
    [InlineData("machine swap=1M\nstart p\np: mmap m 2M\np: write m\np: madvise m pageout", "s:5:14: 'm' has 512 pages to page out, the machine has 255 slots of swap: give it more by 'machine swap=', or page out a part")]
    [InlineData("start p\np: mmap m 2M\np: write m\np: madvise m pageout", "s:4:14: 'm' has 512 pages to page out, the machine has no swap in use: give it some by 'machine swap=SIZE'")]
    [InlineData("swapoff", "s:1:1: swapoff failed: Invalid argument (EINVAL): the machine has no swap in use, 'machine swap=SIZE' gives it some")]
    [InlineData("machine swap=64M\nswapon", "s:2:1: swapon failed: Device or resource busy (EBUSY): the swap area is in use already")]
    [InlineData("machine swap=64M\nsu 1000\nswapoff", "s:3:1: swapoff failed: Operation not permitted (EPERM): user 1000 has not the right, 'su root' has")]
    [InlineData("machine ram=64M swap=128M thp=never\nstart p\np: mmap m 80M\np: write m\nswapoff", "s:5:1: swapoff failed: Cannot allocate memory (ENOMEM): what lies in swap does not fit into memory, end a process first")]
    [InlineData("machine rum=1G", "s:1:9: no setting 'rum'")]
    [InlineData("machine thp=perhaps", "s:1:9: 'perhaps' is not allowed for 'thp': never, madvise or always")]
    [InlineData("write /proc/buddyinfo 1", "s:1:23: writing '1' to /proc/buddyinfo failed: Permission denied (EACCES): nobody writes to /proc/buddyinfo")]
    [InlineData("start p\nsu 1000\nwrite /proc/$(pidof p)/oom_adj -5", "s:3:32: writing '-5' to /proc/2/oom_adj failed: Permission denied (EACCES): user 1000 has not the right")]
    [InlineData("start p uid=1000\nsu 1000\nwrite /proc/$(pidof p)/oom_adj -5", "s:3:32: writing '-5' to /proc/2/oom_adj failed: Permission denied")]
    [InlineData("start p\nwrite /proc/2/oom_adj 16", "s:2:23: writing '16' to /proc/2/oom_adj failed: Invalid argument (EINVAL)")]
    [InlineData("cat /proc/budyinfo", "s:1:5: no file /proc/budyinfo, did you mean '/proc/buddyinfo'?")]
    [InlineData("print vmstatt", "s:1:7: unknown view 'vmstatt', did you mean 'vmstat'?")]
    [InlineData("for i in 1-3\nend", "s:1:10: '1-3' is no range")]
    [InlineData("for i in 1..3", "s:1:1: 'for' has no 'end'")]
    [InlineData("end", "s:1:1: 'end' without 'for' or 'while'")]
    [InlineData("echo \"no end", "s:1:6: '\"' is not closed on this line")]
    [InlineData("echo $(pidof x", "s:1:6: '$' is not closed on this line")]
    [InlineData("echo $x", "s:1:6: no variable 'x'")]
    [InlineData("echo $(whoami)", "s:1:6: '$(whoami)' is not known")]
    [InlineData("start p\nexpect p.rsss == 1", "s:2:8: unknown quantity 'rsss'")]
    [InlineData("start p\nexpect p.rss", "s:2:8: no comparison")]
    [InlineData("start p\nexpect p is dead", "s:2:8: a process is alive, killed or exited, not 'dead'")]
    [InlineData("expect 1 / 0 == 1", "s:1:12: '0' is 0: nothing can be divided by it")]
    [InlineData("expect /proc/vmstat:nothing == 1", "s:1:8: /proc/vmstat has no line 'nothing' with a number")]
    [InlineData("start p libc=glibc-2.35", "s:1:9: no libc 'glibc-2.35': glibc-2.36, ")]
    [InlineData("start p\np: thread", "s:2:4: 'thread' needs a name for the thread")]
    [InlineData("start p\np: thread a.b", "s:2:11: 'a.b' is no name of a thread: letters, digits, '_' and '-'")]
    [InlineData("start p\np: thread t\np: thread t", "s:3:11: a thread 't' of 'p' runs already: choose another name")]
    [InlineData("start p\np: thread worker\np.wroker: malloc b 1", "s:3:1: 'p' has no thread 'wroker', did you mean 'worker'?: write 'p: thread wroker' before")]
    [InlineData("start p\np: thread t\np.t: exit\np.t: malloc b 1", "s:4:1: thread 't' of 'p' ended at line 3: nothing can be done in it any more")]
    [InlineData("start p\np: thread t\np.t: thread\n", "s:3:6: 'thread' needs a name for the thread")]
    [InlineData("start p bits=32\np: thread t", "s:2:4: malloc of 'p' is not modelled")]
    [InlineData("machine overcommit=never ram=64M\nstart p\nfor i in 1..9\np: thread t$i\nend", "s:4:11: pthread_create of 't")]
    public void WhatIsWrongIsToldWithItsPlace(string text, string message)
    {
        var e = Assert.Throws<ScenarioException>(() => Scenario.Run("s", text, TextWriter.Null));
        Assert.StartsWith(message, e.Message);
        Assert.False(e.IsUnmet);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Theory]
    [InlineData("expect 1 + 2 * 3 == 8", "s:1:8: not met: 1 + 2 * 3 == 8: 7 against 8")]
    [InlineData("start p\nexpect p is killed", "s:2:8: not met: p is killed: p is alive")]
    [InlineData("start p\nrefused write /proc/2/oom_adj 5", "s:2:31: writing '5' to /proc/2/oom_adj should have been refused, and was not")]
    [InlineData("refused EINVAL write /proc/buddyinfo 5", "s:1:38: writing '5' to /proc/buddyinfo was refused with EACCES, not with EINVAL")]
    public void WhatIsNotMetIsToldWithWhatIs(string text, string message)
    {
        var e = Assert.Throws<ScenarioException>(() => Scenario.Run("s", text, TextWriter.Null));
        Assert.Equal(message, e.Message);
        Assert.True(e.IsUnmet);
    }

    [Theory]
    [InlineData("echo one \"two  three\" # four", "one two  three\n")]
    [InlineData("for i in 1..3\necho $i ${i}x\nend", "1 1x\n2 2x\n3 3x\n")]
    [InlineData("for i in 1..9 step 4\necho $i\nend", "1\n5\n9\n")]
    [InlineData("for i in 1..2\nfor j in 1..2\necho $i$j\nend\nend", "11\n12\n21\n22\n")]
    [InlineData("let n = 0\nwhile n < 3\nlet n = n + 1\nend\necho $n", "3\n")]
    [InlineData("let n = 7 / 2\nshow n * 1K", "n * 1K = 3,584\n")]
    [InlineData("start p\necho $(pidof p)", "2\n")]
    [InlineData("start p\nprint nothing", null)]
    [InlineData("machine swap=64M\nstart p\np: mmap m 1M\np: write m\np: madvise m cold\nshow p.swap\np: madvise m pageout\nshow p.swap / 1K\np: read m\nshow p.minflt", "p.swap = 0\np.swap / 1K = 1,024\np.minflt = 512\n")]
    [InlineData("sleep 2h\nshow machine.uptime / 1s", "machine.uptime / 1s = 7,200\n")]
    public void WhatIsPrinted(string text, string? printed)
    {
        var output = new StringWriter { NewLine = "\n" };
        if (printed == null)
        {
            Assert.Throws<ScenarioException>(() => Scenario.Run("s", text, output));
            return;
        }

        Scenario.Run("s", text, output);
        Assert.Equal(printed, output.ToString());
    }

    [Fact]
    public void LettersOfTextTracesAreOperationsToo()
    {
        ScenarioResult result = Scenario.Run(
            "s",
            """
            start p
            p: a b 100
            p: c z 10 10
            p: m al 64 100
            p: t b 0 100
            p: R z 0 100
            p: r b 200K
            expect p.b is mapped and p.z is heap
            p: f b
            p: x
            p: b 4096
            p: o -3 65536
            p: malloc big 70000
            expect p.big is mapped
            expect p.b is released
            """,
            TextWriter.Null);
        Assert.Equal(3, result.Expectations);
    }

    /// <summary>Blocks go into the caches and arenas of the threads that ask for them and free them.</summary>
    [Fact]
    public void ThreadsShareMemoryAndHaveArenas()
    {
        ScenarioResult result = Scenario.Run(
            "s",
            """
            start p
            p: malloc a 100
            p: thread t
            p.t: malloc b 100
            p.t: free a
            p.t: malloc c 100
            p.t: write c
            expect p.threads == 2 and p.arenas == 2
            expect p.b.address - p.c.address > 1G
            p.t: thread u
            p.u: cpu 2s
            expect p.threads == 3 and p.arenas == 2
            p.t: exit
            p: free b
            p: thread t
            p.t: malloc d 100
            expect p.arenas == 2 and /proc/$(pidof p)/status:Threads == 3
            p.t: exit
            p.u: exit
            expect p.threads == 1 and p is alive
            """,
            TextWriter.Null);
        Assert.Equal(5, result.Expectations);
    }

    /// <summary>Both go on with the same heap, block by block, and copy a page when they first write to it.</summary>
    [Fact]
    public void AForkedChildHasMalloc()
    {
        ScenarioResult result = Scenario.Run(
            "s",
            """
            machine thp=never
            start p
            p: malloc a 100
            p: malloc b 300K
            p: malloc gone 10
            p: free gone
            p: thread t
            p.t: malloc c 100
            p: fork k
            expect k.threads == 1 and k.arenas == 2 and k.b is mapped and k.gone is released
            let before = k.minflt
            k: free b
            k: free c
            k: realloc a 3000
            k: malloc d 100
            expect k.minflt > before
            expect p.a.size == 100 and p.b is mapped
            p: free a
            p.t: fork grandchild
            grandchild: free c
            grandchild: thread u
            grandchild.u: malloc e 100
            expect grandchild.arenas == 2 and grandchild.threads == 2
            p: exit
            k: malloc f 1M
            k: exit
            grandchild: exit
            """,
            TextWriter.Null);
        Assert.Equal(4, result.Expectations);
    }

    /// <summary>16,384 faults, each with a frame, at the prices of the cost model; the processor that idles meanwhile; waiting for swap, which is nobody's work.</summary>
    [Fact]
    public void TimePassesByWhatTheKernelDoes()
    {
        ScenarioResult result = Scenario.Run(
            "s",
            """
            machine ram=64M swap=128M thp=never cpus=2
            start p
            expect machine.uptime == 0
            p: mmap m 32M
            let before = p.stime
            p: write m
            expect p.stime - before >= 8192 * 1825 and p.stime - before < 8192 * 1900
            expect p.utime == 0 and machine.uptime == p.stime
            p: cpu 3s
            expect p.utime == 3s and machine.uptime == p.stime + 3s
            p: mmap more 64M
            p: write more
            p: read m
            expect p.majflt > 0 and machine.uptime > p.stime + 3s
            p: exit
            let end = machine.uptime
            start q
            q: cpu 1s
            expect machine.uptime - end == 1s and /proc/stat:cpu >= 400
            """,
            TextWriter.Null);
        Assert.Equal(6, result.Expectations);
    }

    [Fact]
    public void AnArgumentThatFailsIsNoReasonToGoOn()
    {
        var output = new StringWriter();
        Assert.Throws<ScenarioException>(() => Scenario.Run("s", "echo before\nexpect 1 == 2\necho after", output));
        Assert.Equal("before", output.ToString().Trim());
    }
}
