using Faultline.Tracing.Events;
using Faultline.Tracing.Importers;
using Faultline.Tracing.Session;
using Faultline.Tracing.Tests.Binary;

namespace Faultline.Tracing.Tests.Importers;

public class HeaptrackImporterTests
{
    [Theory]
    [InlineData("orders.heaptrack.zst", false)]
    [InlineData("orders.heaptrack.raw.zst", true)]
    public void ARecordingHasTheBlocksThatTheProgramMade(string name, bool raw)
    {
        using ITraceSource source = Recordings.Open(name);
        List<TraceEvent> events = TraceFiles.ReadAll(source);
        Assert.Null(source.Damage);
        Assert.Equal("./orders", source.Metadata.Program);
        Assert.Equal("heaptrack", source.Metadata.Source);
        Assert.Equal(0x1000UL * 0x5e298f, source.Metadata.RamBytes);
        Assert.Equal(raw, source.Metadata.TrueAddresses);
        Assert.Equal(raw ? 55 : 54, events.Count(e => e.Kind == TraceEventKind.Free));
        Assert.Equal(96, events.Count(e => e.Kind == TraceEventKind.Malloc));
        foreach (ulong size in (ulong[])[770, 5000, 60000, 1234, 1 << 20, 57, 3333])
            Assert.Single(events, e => e.Size == size);
        // heaptrack does not see memalign: the block is only met when it is freed.
        AssertAddressesAreUnique(events, frees: raw ? 1 : 0);
    }

    [Fact]
    public void SitesAreTheLinesThatAsked()
    {
        using ITraceSource source = Recordings.Open("orders.heaptrack.zst");
        List<TraceEvent> events = TraceFiles.ReadAll(source);
        Assert.Equal("orders.cpp:17 makeOrder", SiteOf(source, events, e => e.Size == 16).Display);
        Assert.Equal("operator new", SiteOf(source, events, e => e.Size == 16).Api);
        Assert.Equal("orders.cpp:19 makeOrder", SiteOf(source, events, e => e.Size == 19).Display);
        Assert.Equal("strdup", SiteOf(source, events, e => e.Size == 19).Api);
        Assert.Equal("orders.cpp:49 main", SiteOf(source, events, e => e.Size == 256).Display);
        Assert.Equal("orders.cpp:31 makeBuffer", SiteOf(source, events, e => e.Size == 3333).Display);
        Assert.Equal("malloc", SiteOf(source, events, e => e.Size == 3333).Api);
        Assert.Equal("orders.cpp:66 main", SiteOf(source, events, e => e.Size == 57).Display);
    }

    [Fact]
    public void RawSitesAreModulesAndOffsets()
    {
        using ITraceSource source = Recordings.Open("orders.heaptrack.raw.zst");
        List<TraceEvent> events = TraceFiles.ReadAll(source);
        Assert.Equal("orders!0x127a", SiteOf(source, events, e => e.Size == 16).Display);
        Assert.Equal("orders!0x12c3", SiteOf(source, events, e => e.Size == 3333).Display);
    }

    [Fact]
    public void DotNetMethodsAreNamedByThePerfMap()
    {
        using var map = new StreamReader(Recordings.PathOf("invoices.perfmap"));
        using ITraceSource source = Recordings.Open("invoices.heaptrack.gz", new ImportOptions { PerfMap = PerfMap.Read(map) });
        List<TraceEvent> events = TraceFiles.ReadAll(source);
        Assert.Null(source.Damage);
        Assert.Equal(50, events.Count(e => e.Size == 4321));
        Assert.Equal("invoices!Invoices.MakeInvoice", SiteOf(source, events, e => e.Size == 4321).Display);
        Assert.Equal("invoices!Invoices.Main", SiteOf(source, events, e => e.Size == 54321).Display);
        Assert.DoesNotContain(source.Notes, note => note.Contains("PerfMap"));
    }

    [Fact]
    public void WithoutThePerfMapTheSitesCanStillBeToldApart()
    {
        using ITraceSource source = Recordings.Open("invoices.heaptrack.gz");
        List<TraceEvent> events = TraceFiles.ReadAll(source);
        Assert.Equal(2, events.Where(e => e.Kind == TraceEventKind.Malloc).Select(e => e.Site).Distinct().Count());
        Assert.StartsWith("(compiled at run time)!0x", SiteOf(source, events, e => e.Size == 4321).Display);
        Assert.Contains(source.Notes, note => note.StartsWith("2 call stacks end in code compiled at run time"));
    }

    [Fact]
    public void OlderFormatsAreRead()
    {
        // Format 2: strings are the rest of their line. Format 0: pointers, and no kinds of block.
        Assert.Equal("a b.c:2 f", Display("v 10100 2\nX a b\ns /usr/bin/app\ns f\ns /src/a b.c\ni 10 1 2 3 2\nt 1 0\na 20 1\n+ 0\n- 0\n# strings: 3\n"));
        Assert.Equal("a b.c:2 f", Display("v 10000\nX a b\ns /usr/bin/app\ns f\ns /src/a b.c\ni 10 1 2 3 2\nt 1 0\n+ 20 1 7f00\n- 7f00\n# strings: 3\n"));
        Assert.Equal("a b.c:2 f", Display("v 10200\nX a b\ns /usr/bin/app\ns f\ns /src/a b.c\ni 10 1 2 3 2\nt 1 0\na 20 1\n+ 0\n- 0\n# strings: 3\n"));
    }

    [Theory]
    [InlineData("v 10400 63\n", "t: a heaptrack file of format 99; formats up to 3 are known")]
    [InlineData("v new\n", "t: line 1: no version: 'v new'")]
    public void AFileThatCannotBeReadAtAllIsRefusedInOneLine(string file, string message)
        => Assert.Equal(message, Assert.Throws<TraceFormatException>(() => Open(file)).Message);

    [Theory]
    [InlineData("+ 1\n", "line 5: kind of block 1 is not there: '+ 1'")]
    [InlineData("- 0\n- 0\n", "line 6: a block of kind 0 is freed, none is live: '- 0'")]
    [InlineData("a 10 2\n", "line 5: trace 2 is not there: 'a 10 2'")]
    [InlineData("t 1 0\n", "line 5: instruction 1 is referred to, there are 0: 't 1 0'")]
    [InlineData("i 10 5\n", "line 5: string 5 is referred to, there are 0: 'i 10 5'")]
    [InlineData("s 5 abc\n", "line 5: a string of another length than it says: 's 5 abc'")]
    [InlineData("c 5\nc 4\n", "line 6: a time that goes back: 'c 4'")]
    [InlineData("+ 0x\n", "line 5: no kind of block: '+ 0x'")]
    [InlineData("\u0001\u0007x\n", "line 5: not a line of heaptrack's: '??x'")]
    [InlineData("+ 0", "line 5: the file ends inside a line: '+ 0'")]
    [InlineData("", "line 4: the file ends without heaptrack's summary: it was cut off, or heaptrack was killed")]
    public void DamageIsOneLineAndWhatCameBeforeIsKept(string rest, string damage)
    {
        using ITraceSource source = Open("v 10400 3\nt 0 0\na 10 1\n+ 0\n" + rest);
        Assert.Equal(16UL, TraceFiles.ReadAll(source)[0].Size);
        Assert.Equal(damage, source.Damage?.ToString());
    }

    private static ITraceSource Open(string text) => TraceImport.Open(new MemoryStream([.. text.Select(c => (byte)c)]), "t");

    private static string Display(string file)
    {
        using ITraceSource source = Open(file);
        List<TraceEvent> events = TraceFiles.ReadAll(source);
        Assert.Null(source.Damage);
        Assert.Equal([TraceEventKind.Malloc, TraceEventKind.Free], events.Select(e => e.Kind));
        Assert.Equal(events[0].Address, events[1].Address);
        Assert.Equal(0x20UL, events[0].Size);
        return source.Sites.Get(events[0].Site).Display;
    }

    private static CallSite SiteOf(ITraceSource source, List<TraceEvent> events, Predicate<TraceEvent> which)
        => source.Sites.Get(events.Find(which).Site);

    /// <summary>As a replayer keeps them: no address is handed out twice, so many frees are of blocks that were not recorded.</summary>
    private static void AssertAddressesAreUnique(List<TraceEvent> events, int frees)
    {
        var live = new HashSet<ulong>();
        int unknown = 0;
        foreach (TraceEvent e in events)
            if (e.Allocates)
                Assert.True(live.Add(e.Address), $"{e} is handed out twice");
            else if (!live.Remove(e.Address))
                unknown++;
        Assert.Equal(frees, unknown);
    }
}
