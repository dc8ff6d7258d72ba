using System.Text.Json;
using Faultline.TestSupport;

namespace Faultline.Tool.Tests.Exports;

/// <summary>The verb on a committed trace, and the report's own figures to hold it against.</summary>
internal sealed class ExportRun : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("faultline-tests-").FullName;

    public ExportRun(string trace)
    {
        Trace = Repository.Path(["tests", "Faultline.Tracing.Tests", .. trace.Split('/')]);
        (int code, string output, _) = Run("replay", "--json", Trace);
        Assert.Equal(0, code);
        JsonElement totals = JsonDocument.Parse(output).RootElement.GetProperty("totals"), process = totals.GetProperty("process");
        Totals = new Dictionary<string, long>
        {
            ["requested"] = totals.GetProperty("requestedBytes").GetInt64(),
            ["blocks"] = totals.GetProperty("blocks").GetInt64(),
            ["faults"] = process.GetProperty("minorFaults").GetInt64(),
            ["resident"] = process.GetProperty("residentPages").GetInt64() * 4096,
            ["leaked"] = totals.GetProperty("liveRequestedBytes").GetInt64(),
            ["leakedBlocks"] = totals.GetProperty("liveBlocks").GetInt64(),
        };
    }

    public string Trace { get; }

    public string Folder => _folder;

    /// <summary>By the name of the metric; what the report does not have is not in it.</summary>
    public IReadOnlyDictionary<string, long> Totals { get; }

    public string Text(string format, params string[] more)
    {
        (int code, string output, string error) = Run(["export", Trace, "--format", format, .. more]);
        Assert.Equal((0, ""), (code, error));
        return output;
    }

    public string FileOf(string format)
    {
        string file = Path.Combine(_folder, "export." + format);
        (int code, string output, string error) = Run("export", Trace, "--format", format, "--output", file);
        Assert.Equal((0, "", ""), (code, output, error));
        return file;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        int code = FaultlineCommand.Run(arguments, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
