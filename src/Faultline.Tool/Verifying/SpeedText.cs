using System.Globalization;
using System.Text.Json;

namespace Faultline.Tool.Verifying;

/// <summary>A comparison of speed as a table, and as JSON.</summary>
internal static class SpeedText
{
    public static void Write(IReadOnlyList<SpeedRow> rows, HostProfile host, TextWriter output)
    {
        VerificationText.WriteHost(host, output);
        int width = Math.Max("trace".Length, rows.Max(row => row.Name.Length));
        output.WriteLine($"{"".PadRight(width)}  {"calls only, ns each",42}  {"with touches, ns per operation",42}");
        output.WriteLine($"{"trace".PadRight(width)}  {"calls",10}  {"real",8}  {"model",8}  {"ratio",10}  {"operations",10}  {"real",8}  {"model",8}  {"ratio",10}");
        foreach (SpeedRow row in rows)
            output.WriteLine(row.Failure != null
                ? $"{row.Name.PadRight(width)}  {row.Calls,10}  {row.Failure}"
                : $"{row.Name.PadRight(width)}  {row.Calls,10}  {Nanoseconds(row.RealCalls)}  {Nanoseconds(row.ModelCalls)}  {Times(row.CallsRatio)}"
                    + $"  {row.Operations,10}  {Nanoseconds(row.Real)}  {Nanoseconds(row.Model)}  {Times(row.Ratio)}");
        SpeedRow[] timed = [.. rows.Where(row => row.Failure == null)];
        if (timed.Length == 0)
            return;
        output.WriteLine();
        output.WriteLine($"geometric mean of ratios: {Times(Mean(timed, r => r.CallsRatio)).Trim()} calls only, {Times(Mean(timed, r => r.Ratio)).Trim()} with touches; "
            + $"largest {Times(timed.Max(r => r.CallsRatio)).Trim()} and {Times(timed.Max(r => r.Ratio)).Trim()}. Each is the least processor time of {SpeedComparison.Runs} runs.");
    }

    public static string Json(IReadOnlyList<SpeedRow> rows) => JsonSerializer.Serialize(
        new
        {
            format = "faultline-speed/1",
            runs = SpeedComparison.Runs,
            traces = rows.Select(row => new
            {
                trace = row.Name,
                failure = row.Failure,
                calls = row.Calls,
                operations = row.Operations,
                callsOnly = row.Failure != null ? null : new { realNanoseconds = row.RealCalls, modelNanoseconds = row.ModelCalls, ratio = row.CallsRatio },
                withTouches = row.Failure != null ? null : new { realNanoseconds = row.Real, modelNanoseconds = row.Model, ratio = row.Ratio },
            }),
        },
        new JsonSerializerOptions { WriteIndented = true });

    private static double Mean(SpeedRow[] rows, Func<SpeedRow, double> ratio) => Math.Exp(rows.Average(row => Math.Log(ratio(row))));

    private static string Nanoseconds(double value) => value.ToString("F1", CultureInfo.InvariantCulture).PadLeft(8);

    private static string Times(double value) => (value.ToString("F2", CultureInfo.InvariantCulture) + " x").PadLeft(10);
}
