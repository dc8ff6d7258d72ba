using Faultline.Kernel;

namespace Faultline.Tracing.Scenarios;

// print: views of the machine by a short name.
internal sealed partial class ScenarioRun
{
    private static readonly Dictionary<string, Func<ScenarioRun, string>> Views = new()
    {
        ["free"] = run => FreeView.Text(run.Machine),
        ["top"] = run => TopView.Text(run.Machine),
        ["vmstat"] = run => VmstatView.Text(run.Machine),
        ["dmesg"] = run => Lines(run.Machine.Log.Lines),
        ["files"] = run => Lines(run.Machine.Proc.MachineFiles.Concat(run.Machine.Proc.ProcessFiles.Select(name => $"/proc/PID/{name}").Concat(run.Machine.Proc.ThreadFiles.Select(name => $"/proc/PID/task/TID/{name}")))),
    };

    private void Print(Arguments arguments)
    {
        string name = arguments.Text("a view, as in: print free");
        arguments.End();
        if (Views.TryGetValue(name, out Func<ScenarioRun, string>? view))
            _output.Write(view(this));
        else if (Machine.Proc.Read("/proc/" + name, _caller) is { Failed: false } file)
            _output.Write(file.Text);
        else
            throw Unknown(arguments.Last, Views.Keys.Concat(Machine.Proc.MachineFiles.Where(InProc).Select(path => path["/proc/".Length..])), "view");
    }

    private static bool InProc(string path) => path.StartsWith("/proc/", StringComparison.Ordinal) && path.LastIndexOf('/') == "/proc".Length;

    private static string Lines(IEnumerable<string> lines) => string.Concat(lines.Select(line => line + "\n"));
}
