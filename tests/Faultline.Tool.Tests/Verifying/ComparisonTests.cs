using Faultline.Libc;
using Faultline.Tool.Verifying;
using Faultline.Tracing.Generation;
using Faultline.Tracing.Text;

namespace Faultline.Tool.Tests.Verifying;

/// <summary>A wrong line is found and told with its operation; shrinking a trace keeps what brings it about.</summary>
public class ComparisonTests
{
    [Fact]
    public void The_same_text_has_no_difference()
    {
        string[] lines = TranscriptComparison.Model(Generate("mixed"), LibcProfile.Default);
        Assert.Null(TranscriptComparison.First(lines, [.. lines]));
    }

    [Theory]
    [InlineData(" A ", " A 9")]
    [InlineData(" F ", " F 9")]
    [InlineData(" S ", " S mmap 9")]
    public void An_injected_line_is_found_at_its_operation(string kind, string wrong)
    {
        string[] model = TranscriptComparison.Model(Generate("mixed"), LibcProfile.Default), real = [.. model];
        int line = Array.FindIndex(real, 50, l => l.Contains(kind));
        int operation = int.Parse(real[line].Split(' ')[0]);
        real[line] = real[line].Replace(kind, wrong);
        Difference difference = TranscriptComparison.First(model, real)!;
        Assert.Equal((operation, model[line], real[line]), (difference.Operation, difference.Model, difference.Real));
        Assert.StartsWith($"differs at operation {operation}: model '{model[line]}', real '", difference.ToString());
    }

    [Fact]
    public void A_line_too_many_or_too_few_is_found()
    {
        string[] lines = TranscriptComparison.Model(Generate("small"), LibcProfile.Default);
        int first = int.Parse(lines[0].Split(' ')[0]);
        Assert.Equal(first, TranscriptComparison.First(lines, lines[1..])!.Operation);
        Assert.Equal("(nothing)", TranscriptComparison.First(lines, lines[..^1])!.Real);
    }

    [Fact]
    public void A_wrong_total_is_told_as_the_end()
    {
        string[] model = TranscriptComparison.Model(Generate("small"), LibcProfile.Default);
        string[] real = [.. model.Select(l => l.StartsWith("E minflt", StringComparison.Ordinal) ? "E minflt 1" : l)];
        Assert.StartsWith("differs at the end: model 'E minflt ", TranscriptComparison.First(model, real)!.ToString());
    }

    /// <summary>A model that is wrong for one size: shrinking leaves that request alone.</summary>
    [Fact]
    public void A_difference_shrinks_to_the_request_that_brings_it_about()
    {
        TextTrace trace = Generate("mixed");
        TraceOperation culprit = trace.Operations.Last(o => o.Action == TraceAction.Malloc && o.A is > 64 and < 1000);
        bool Differs(TextTrace t)
        {
            string[] right = TranscriptComparison.Model(t, LibcProfile.Default);
            string[] wrong = [.. right.Select(line => Wrong(line, t, culprit.A))];
            return TranscriptComparison.First(wrong, right) != null;
        }

        Assert.True(Differs(trace));
        TextTrace small = TraceShrinker.Shrink(trace, Differs, attempts: 300);
        Assert.Equal((TraceAction.Malloc, culprit.A), (Assert.Single(small.Operations).Action, small.Operations[0].A));
    }

    private static string Wrong(string line, TextTrace trace, ulong size)
    {
        string[] words = line.Split(' ');
        return words.Length > 2 && words[1] == "A" && trace.Operations[int.Parse(words[0])] is { Action: TraceAction.Malloc } o && o.A == size ? line + "6" : line;
    }

    private static TextTrace Generate(string profile) => TraceGenerator.Generate(TraceProfile.All.Single(p => p.Name == profile), 11, 1500);
}
