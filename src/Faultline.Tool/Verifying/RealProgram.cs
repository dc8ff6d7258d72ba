using System.Collections;
using System.ComponentModel;
using System.Globalization;
using Faultline.Reporting;

namespace Faultline.Tool.Verifying;

/// <summary>
/// A .NET program as it is, unrouted, under malloc's settings. A startup hook in it leaves what it cost above what was there before its Main.
/// </summary>
internal sealed class RealProgram(IReadOnlyList<string> command) : IDisposable
{
    private const string TunablesVariable = "GLIBC_TUNABLES";
    private const string HooksVariable = "DOTNET_STARTUP_HOOKS";
    private const string FiguresVariable = "FAULTLINE_FIGURES";

    private readonly string _folder = Directory.CreateTempSubdirectory("faultline-real-").FullName;

    /// <summary>One run to its end. Throws <see cref="UsageException"/> where it cannot be started or leaves no figures.</summary>
    public RealFigures Measure(string tunables)
    {
        string file = Path.Combine(_folder, "figures");
        File.Delete(file);
        HostProgram.Result result = Run(Environment(tunables, file));
        string[] words = File.Exists(file) ? File.ReadAllText(file).Split(' ', StringSplitOptions.TrimEntries) : [];
        if (words.Length != 3)
            throw new UsageException($"--real-run: {string.Join(' ', command)} ended with code {result.ExitCode} and left no figures: it has to be a .NET program that "
                + $"ends in order and whose runtime knows startup hooks{(tunables.Length > 0 ? $" (under {TunablesVariable}={tunables})" : "")}");
        return new(Number(words[0]), Number(words[1]), Number(words[2]));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static ulong Number(string word) => ulong.Parse(word, CultureInfo.InvariantCulture);

    private HostProgram.Result Run(Dictionary<string, string> environment)
    {
        try
        {
            return HostProgram.Run(command[0], command.Skip(1), environment);
        }
        catch (Win32Exception e)
        {
            throw new UsageException($"--real-run: cannot start {command[0]}: {e.Message}");
        }
    }

    /// <summary>The tool's own, without malloc's settings in it: a row's are all that counts.</summary>
    private static Dictionary<string, string> Environment(string tunables, string file)
    {
        Dictionary<string, string> environment = System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Where(variable => !((string)variable.Key).StartsWith("MALLOC_", StringComparison.Ordinal))
            .ToDictionary(variable => (string)variable.Key, variable => (string)variable.Value!);
        environment.Remove(TunablesVariable);
        if (tunables.Length > 0)
            environment[TunablesVariable] = tunables;
        string hook = Path.Combine(AppContext.BaseDirectory, "Faultline.Shim.dll");
        environment[HooksVariable] = environment.TryGetValue(HooksVariable, out string? others) && others.Length > 0 ? $"{hook}:{others}" : hook;
        environment[FiguresVariable] = file;
        return environment;
    }
}
