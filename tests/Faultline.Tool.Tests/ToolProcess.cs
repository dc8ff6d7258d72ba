using System.Diagnostics;

namespace Faultline.Tool.Tests;

/// <summary>Runs the tool as a user does: a process of its own, with its streams in pipes.</summary>
internal sealed class ToolProcess : IDisposable
{
    private static readonly string s_tool = Path.Combine(AppContext.BaseDirectory, "faultline.dll");

    private readonly Process _process;
    private readonly Task<string> _error;

    private ToolProcess(string[] arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        ProcessStartInfo start = new("dotnet", [s_tool, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        _process = Process.Start(start)!;
        _error = _process.StandardError.ReadToEndAsync();
    }

    public int Id => _process.Id;

    public static ToolProcess Start(params string[] arguments) => new(arguments);

    /// <summary>Runs to the end.</summary>
    public static (int ExitCode, string Output, string Error) Run(string input, params string[] arguments)
    {
        using ToolProcess tool = Start(arguments);
        tool._process.StandardInput.Write(input);
        tool._process.StandardInput.Close();
        return tool.End();
    }

    /// <summary>Runs to the end with variables of its own.</summary>
    public static (int ExitCode, string Output, string Error) Run(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        using ToolProcess tool = new(arguments, environment);
        tool._process.StandardInput.Close();
        return tool.End();
    }

    public string? ReadLine() => _process.StandardOutput.ReadLine();

    public (int ExitCode, string Output, string Error) End()
    {
        string output = _process.StandardOutput.ReadToEnd();
        string error = _error.Result;
        Assert.True(_process.WaitForExit(TimeSpan.FromMinutes(2)), "the tool does not end");
        return (_process.ExitCode, output, error);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
