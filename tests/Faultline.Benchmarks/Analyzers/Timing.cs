namespace Faultline.Benchmarks.Analyzers;

/// <summary>
/// Seconds of one compilation, or of several; <see cref="Calls"/> is how often an allocation API is named. First: in a process of its own,
/// which has all code yet to compile. Warm: in a compiler server that has compiled other projects before, as it serves all but the first.
/// </summary>
internal sealed record Timing(string Name, int Lines, int Calls, Seconds First, Seconds Warm)
{
    public static Timing Sum(string name, IReadOnlyCollection<Timing> timings)
        => new(name, timings.Sum(t => t.Lines), timings.Sum(t => t.Calls), Seconds.Sum(timings.Select(t => t.First)), Seconds.Sum(timings.Select(t => t.Warm)));
}

/// <param name="Compiler">Processor time without analyzers.</param>
/// <param name="Faultline">What /reportanalyzer says, as for the others.</param>
internal readonly record struct Seconds(double Compiler, double Faultline, double Ca2000, double Disposables)
{
    public static Seconds Sum(IEnumerable<Seconds> all) => all.Aggregate(default(Seconds), (a, b)
        => new(a.Compiler + b.Compiler, a.Faultline + b.Faultline, a.Ca2000 + b.Ca2000, a.Disposables + b.Disposables));

    public string OfCa2000 => Ratio(Faultline, Ca2000);

    public string OfCompiler => Ratio(Faultline, Compiler);

    private static string Ratio(double part, double whole) => whole > 0 ? (part / whole).ToString("P1") : "-";
}
