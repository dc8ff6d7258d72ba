using System.Text;
using Faultline.Tracing.Events;
using Faultline.Tracing.Importers;
using Faultline.Tracing.Tests.Binary;

namespace Faultline.Tracing.Tests.Importers;

public class MtraceImporterTests
{
    [Fact]
    public void ARecordingHasTheBlocksThatTheProgramMade()
    {
        using ITraceSource source = Recordings.Open("orders.mtrace");
        List<TraceEvent> events = TraceFiles.ReadAll(source);
        Assert.Null(source.Damage);
        Assert.Equal("mtrace", source.Metadata.Source);
        Assert.Equal(TraceClock.Order, source.Metadata.Clock);
        foreach (ulong size in (ulong[])[770, 1234, 8192, 1 << 20, 57, 3333])
            Assert.Single(events, e => e.Size == size && e.Kind == TraceEventKind.Malloc && !e.Failed);
        Assert.Equal("orders!0x12c4", source.Sites.Get(events.Find(e => e.Size == 3333).Site).Display);
        Assert.Equal("libc.so.6!__strdup+1a", source.Sites.Get(events.Find(e => e.Size == 19).Site).Display);
        Assert.Equal(events.Count, events.Select(e => e.Time).Distinct().Count());
    }

    [Fact]
    public void ReallocsAndRefusalsAreToldApart()
    {
        using ITraceSource source = Recordings.Open("orders.mtrace");
        List<TraceEvent> events = TraceFiles.ReadAll(source);
        TraceEvent table = events.Find(e => e.Size == 770);
        List<TraceEvent> reallocs = events.FindAll(e => e.Kind == TraceEventKind.Realloc);
        Assert.Equal([5000, 60000, ulong.MaxValue - 5000], reallocs.Select(e => e.Size));
        Assert.Equal([false, false, true], reallocs.Select(e => e.Failed));
        Assert.All(reallocs, e => Assert.Equal(table.Address, e.OldAddress));
        Assert.Equal(0UL, reallocs[2].Address);
        TraceEvent refused = events.Find(e => e.Kind == TraceEventKind.Malloc && e.Failed);
        Assert.Equal((0UL, 0x8000_0000_0000_0002UL), (refused.Address, refused.Size));
    }

    [Theory]
    [InlineData("@ a b/app:[0x12] + 0x10 0x20\n= End\n", "app!0x12")]
    [InlineData("@ ./app:(f(int)+0x18)[0x12] + 0x10 0x20\n= End\n", "app!f(int)+0x18")]
    [InlineData("@ [0x401136] + 0x10 0x20\n= End\n", "!0x401136")]
    [InlineData("+ 0x10 0x20\n= End\n", "(unknown site)")]
    public void CallersOfAllShapesAreRead(string lines, string display)
    {
        using ITraceSource source = Open("= Start\n" + lines);
        TraceEvent e = Assert.Single(TraceFiles.ReadAll(source));
        Assert.Equal((0x10UL, 0x20UL, display), (e.Address, e.Size, source.Sites.Get(e.Site).Display));
        Assert.Null(source.Damage);
    }

    [Fact]
    public void AMissingEndIsANote()
    {
        using ITraceSource source = Open("= Start\n@ [0x1] + 0x10 0x20\n");
        Assert.Single(TraceFiles.ReadAll(source));
        Assert.Null(source.Damage);
        Assert.Contains(source.Notes, note => note.Contains("no '= End'"));
    }

    [Theory]
    [InlineData("@ [0x1] - 10\n", "line 3: no address where one should be: '@ [0x1] - 10'")]
    [InlineData("@ [0x1] < 0x10\n= End\n", "line 4: a realloc's second half is missing: '= End'")]
    [InlineData("@ [0x1] < 0x10\n@ [0x1] - 0x10\n", "line 4: a realloc's second half is missing: '@ [0x1] - 0x10'")]
    [InlineData("@ [0x1] < 0x10\n", "line 3: a realloc's second half is missing")]
    [InlineData("@ [0x1] > 0x10 0x20\n", "line 3: a realloc's first half is missing: '@ [0x1] > 0x10 0x20'")]
    [InlineData("@ [0x1] + 0x10 twenty\n", "line 3: no address and size where they should be: '@ [0x1] + 0x10 twenty'")]
    [InlineData("hello\n", "line 3: not a line of mtrace's: 'hello'")]
    [InlineData("@ [0x1] + 0x1", "line 3: the file ends inside a line: '@ [0x1] + 0x1'")]
    public void DamageIsOneLineAndWhatCameBeforeIsKept(string rest, string damage)
    {
        using ITraceSource source = Open("= Start\n@ [0x1] + 0x10 0x20\n" + rest);
        Assert.Single(TraceFiles.ReadAll(source));
        Assert.Equal(damage, source.Damage?.ToString());
    }

    private static ITraceSource Open(string text) => TraceImport.Open(new MemoryStream(Encoding.ASCII.GetBytes(text)), "t");
}
