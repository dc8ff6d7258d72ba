using System.Text;
using Faultline.Libc;
using Faultline.Tracing.Text;
using Faultline.Tracing.Transcripts;

namespace Faultline.Tool.Verifying;

/// <summary>The first place where model and real library part; an operation of -1 is a total at the end.</summary>
internal sealed record Difference(int Operation, string Model, string Real)
{
    public override string ToString() =>
        $"{(Operation >= 0 ? $"differs at operation {Operation}" : "differs at the end")}: model '{Model}', real '{Real}'";
}

/// <summary>
/// Compares two transcripts line by line. The driver leaves out lines that follow from others (sums of calls and results) and those
/// that only glibc's private records would tell (threads attached to an arena); such lines of the model are passed over.
/// </summary>
internal static class TranscriptComparison
{
    private static readonly string[] s_totals = ["ops", "brk_growth", "minflt", "majflt", "mallinfo2", "heap_residency"];

    /// <summary>The model's lines that the driver prints too.</summary>
    public static string[] Model(TextTrace trace, LibcProfile profile)
    {
        using MemoryStream stream = new();
        Transcript.Write(trace, stream, profile);
        string text = Encoding.Latin1.GetString(stream.GetBuffer(), 0, (int)stream.Length);
        return [.. text.TrimEnd('\n').Split('\n').Where(IsCompared)];
    }

    /// <summary>Null where they are the same.</summary>
    public static Difference? First(string[] model, string[] real)
    {
        for (int i = 0; i < Math.Max(model.Length, real.Length); i++)
        {
            string ours = i < model.Length ? model[i] : "(nothing)", theirs = i < real.Length ? real[i] : "(nothing)";
            if (ours == theirs)
                continue;
            int operation = Math.Min(OperationOf(ours), OperationOf(theirs));
            return new Difference(operation == int.MaxValue ? -1 : operation, ours, theirs);
        }

        return null;
    }

    private static bool IsCompared(string line)
    {
        if (line.StartsWith("E ", StringComparison.Ordinal))
            return s_totals.Contains(line.Split(' ')[1]);
        int kind = line.IndexOf(' ') + 1;
        return line[0] == 'Z' || line[kind] is not ('D' or 'U');
    }

    private static int OperationOf(string line) => int.TryParse(line.AsSpan(0, Math.Max(0, line.IndexOf(' '))), out int number) ? number : int.MaxValue;
}
