using System.Text;
using Faultline.Reporting.Html;
using Faultline.Tracing.Importers;
using Faultline.Tracing.Events;
using Faultline.Tracing.Generation;
using Faultline.Tracing.Inspection;
using Faultline.Tracing.Replay;
using Faultline.Tracing.Text;

namespace Faultline.Reporting.Tests.Html;

/// <summary>Reports with pictures, of text traces.</summary>
internal static class InspectedTraces
{
    /// <summary>
    /// 64 KiB in 4,000 blocks of 16 KiB; then all but each hundredth is freed: long-lived blocks pin a heap. Twenty mapped blocks come and go.
    /// </summary>
    public static readonly string Pinning = string.Concat(
        Enumerable.Range(0, 4000).Select(i => $"a {i} 16000\nt {i} 0 16000\n")
            .Concat(Enumerable.Range(0, 4000).Where(i => i % 100 != 0).Select(i => $"f {i}\n"))
            .Concat(Enumerable.Range(5000, 20).Select(i => $"a {i} 50000000\nt {i} 0 40000\nf {i}\n")));

    public static Report Of(string text, string name = "trace")
    {
        ReplayOptions options = new() { RamBytes = 1UL << 30, TraceName = name };
        ReplayInspector all = ReplayInspector.OfAll();
        ReplayResult replay = Replay(text, source => TraceReplay.Run(source, options, inspector: all));
        ReplayInspector peak = ReplayInspector.At(all.PeakEvent);
        Replay(text, source => TraceReplay.Play(source, options, inspector: peak)).Dispose();
        RunFacts run = new(name, name, 0, TimeSpan.Zero, 0, 0) { Replay = ReplayFacts.Of(replay, name) };
        return ReportBuilder.Build(ReplayFacts.ReadingOf(replay), replay.Names, run, new("replay", [], [], [], [], []), PicturesBuilder.Build(replay, all, replay, peak));
    }

    public static string Generated(string profile, int operations)
    {
        using StringWriter writer = new();
        TextTraceWriter.Write(TraceGenerator.Generate(TraceProfile.All.Single(p => p.Name == profile), seed: 7, operations), writer);
        return writer.ToString();
    }

    public static string Page(Report report, HtmlOptions? options = null)
    {
        using MemoryStream stream = new();
        HtmlReport.Write(report, options ?? new HtmlOptions(), stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static T Replay<T>(string text, Func<ITraceSource, T> replay)
    {
        using ITraceSource source = TraceImport.Open(new MemoryStream(Encoding.UTF8.GetBytes(text)), "text");
        return replay(source);
    }
}
