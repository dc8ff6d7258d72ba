// What the rules say about other people's code: every project below each folder of a folder is compiled in memory, as far as it compiles
// without its packages, and all rules run over it. A table tells package → sites and reports by rule; then the warnings, which are on by
// default, are listed, all of them or a sample that a reader can judge one by one.

using System.Globalization;
using Faultline.Analyzers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Faultline.Benchmarks.Analyzers;

internal static class Survey
{
    private const string Usage = "usage: survey FOLDER [--rule ID] [--sample NUMBER] [--seed NUMBER]   (each folder in FOLDER is one package; listed are the warnings, with --rule the reports of the rules whose ids start so)";

    public static int Run(string[] args)
    {
        if (Options.Read(args) is not { } options)
            return 2;
        List<PackageReports> packages = [];
        foreach (string folder in Directory.GetDirectories(options.Folder).Order(StringComparer.Ordinal))
        {
            PackageReports reports = PackageReports.Of(folder);
            packages.Add(reports);
            Console.Error.WriteLine($"{reports.Name}: {reports.Found.Count} reports, {reports.Seconds:F1} s");
        }

        Print(packages);
        foreach (Diagnostic listed in options.Choose([.. packages.SelectMany(package => package.Found).Where(options.Lists)]))
            Console.WriteLine($"{listed.Severity} {listed.Id} {Path.GetRelativePath(options.Folder, listed.Location.SourceTree!.FilePath)}:{listed.Location.GetLineSpan().StartLinePosition.Line + 1} {OneLine(listed.GetMessage(CultureInfo.InvariantCulture))}");
        return 0;
    }

    private static string OneLine(string message) => string.Join(' ', message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static void Print(List<PackageReports> packages)
    {
        string[] ids = [.. packages.SelectMany(package => package.Found).Select(d => d.Id).Distinct().Order(StringComparer.Ordinal)];
        Console.WriteLine($"| package | projects | lines | sites | bound | {string.Join(" | ", ids)} | warnings | crashes |");
        Console.WriteLine($"|---|--:|--:|--:|--:|{string.Concat(ids.Select(_ => "--:|"))}--:|--:|");
        foreach (PackageReports package in packages.Append(PackageReports.Sum(packages)))
            Console.WriteLine($"| {package.Name} | {package.Projects} | {package.Lines:N0} | {package.Sites:N0} | {package.Bound:N0} | "
                + $"{string.Join(" | ", ids.Select(id => package.Found.Count(d => d.Id == id) is > 0 and var count ? count.ToString(CultureInfo.InvariantCulture) : ""))} | {package.Found.Count(d => d.Severity == DiagnosticSeverity.Warning)} | {package.Crashes} |");
        Console.WriteLine();
    }

    private sealed record Options(string Folder, string? Rule, int Sample, int Seed)
    {
        public static Options? Read(string[] args)
        {
            Options options = new("", null, int.MaxValue, 1);
            for (int i = 0; i < args.Length; i++)
            {
                bool isSample = args[i] == "--sample";
                if (isSample || args[i] == "--seed")
                {
                    if (++i == args.Length || !int.TryParse(args[i], NumberStyles.None, CultureInfo.InvariantCulture, out int number))
                        return Refuse($"{args[i - 1]} takes a number");
                    options = isSample ? options with { Sample = number } : options with { Seed = number };
                }
                else if (args[i] == "--rule")
                {
                    if (++i == args.Length)
                        return Refuse("--rule takes the id of a rule, such as FLT1010");
                    options = options with { Rule = args[i] };
                }
                else
                    options = options with { Folder = Path.GetFullPath(args[i]) };
            }

            return Directory.Exists(options.Folder) ? options : Refuse(options.Folder.Length == 0 ? Usage : $"{options.Folder} is no folder; name one that holds sources");
        }

        public bool Lists(Diagnostic diagnostic) => Rule == null ? diagnostic.Severity == DiagnosticSeverity.Warning : diagnostic.Id.StartsWith(Rule, StringComparison.Ordinal);

        public IEnumerable<Diagnostic> Choose(Diagnostic[] all)
        {
            if (Sample >= all.Length)
                return all;
            new Random(Seed).Shuffle(all);
            return all.Take(Sample);
        }

        private static Options? Refuse(string why)
        {
            Console.Error.WriteLine(why);
            return null;
        }
    }
}

/// <summary>
/// What the rules report about the projects of one package; <see cref="Sites"/> is how often the text names an allocation API, in comments too, and
/// <see cref="Bound"/> how many of those are calls that the compiler understood, without which the rules see nothing.
/// </summary>
internal sealed record PackageReports(string Name, int Projects, int Lines, int Sites, int Bound, List<Diagnostic> Found, int Crashes, double Seconds)
{
    public static PackageReports Of(string folder)
    {
        long started = Environment.TickCount64;
        Dictionary<(string, string?, int), Diagnostic> found = []; // a file that two projects compile is reported once
        HashSet<string> files = [];
        HashSet<(string, int)> bound = [];
        int projects = 0, crashes = 0;
        foreach (SurveyedProject project in new SurveyedProjects(folder).All())
        {
            projects++;
            int before = files.Count;
            files.UnionWith(project.Files);
            if (files.Count == before || !project.Files.Any(file => SourceSet.NamesApi(File.ReadAllText(file))) || project.Compile() is not { } compilation)
                continue; // nothing to say, or the same files for another framework, and parsing and binding large projects takes minutes
            bound.UnionWith(BoundCalls(compilation));
            CompilationWithAnalyzersOptions options = new(
                new AnalyzerOptions([]), (exception, _, _) => Console.Error.WriteLine($"AD0001 {compilation.AssemblyName} ({Interlocked.Increment(ref crashes)}): {exception}"), concurrentAnalysis: true, logAnalyzerExecutionTime: false);
            foreach (Diagnostic d in compilation.WithAnalyzers([new FaultlineAnalyzer()], options).GetAnalyzerDiagnosticsAsync().GetAwaiter().GetResult())
                found.TryAdd((d.Id, d.Location.SourceTree?.FilePath, d.Location.SourceSpan.Start), d);
        }

        SourceSet all = new(Path.GetFileName(folder), folder, [.. files], []);
        return new PackageReports(all.Name, projects, all.Lines, all.Calls, bound.Count,
            [.. found.OrderBy(pair => pair.Key.Item2, StringComparer.Ordinal).ThenBy(pair => pair.Key.Item3).ThenBy(pair => pair.Key.Item1, StringComparer.Ordinal).Select(pair => pair.Value)],
            crashes, (Environment.TickCount64 - started) / 1000.0);
    }

    private static IEnumerable<(string File, int Start)> BoundCalls(CSharpCompilation compilation)
    {
        foreach (SyntaxTree tree in compilation.SyntaxTrees)
        {
            if (!SourceSet.NamesApi(tree.ToString()))
                continue;
            SemanticModel model = compilation.GetSemanticModel(tree);
            foreach (InvocationExpressionSyntax call in tree.GetRoot().DescendantNodes().OfType<InvocationExpressionSyntax>())
                if (SourceSet.CallsApi(call.Expression) && model.GetSymbolInfo(call).Symbol is IMethodSymbol { ContainingType.Name: "Marshal" or "NativeMemory" })
                    yield return (tree.FilePath, call.SpanStart);
        }
    }

    public static PackageReports Sum(IEnumerable<PackageReports> packages) => packages.Aggregate(
        new PackageReports("all", 0, 0, 0, 0, [], 0, 0),
        (a, b) => new PackageReports(a.Name, a.Projects + b.Projects, a.Lines + b.Lines, a.Sites + b.Sites, a.Bound + b.Bound, [.. a.Found, .. b.Found], a.Crashes + b.Crashes, a.Seconds + b.Seconds));
}
