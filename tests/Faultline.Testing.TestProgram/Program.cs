using System.Reflection;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Faultline.Testing.TestProgram;

/// <summary>
/// Runs tests of this assembly as xunit runs them, named by beginnings of "Class.Method", and prints what became of them; "calls NAME" runs what other frameworks
/// would call instead. Ends with 1 if a test failed.
/// </summary>
internal static class Program
{
    public static int Main(string[] arguments)
        => arguments is ["calls", string name] ? Calls.Run(name) : RunTests(arguments);

    private static int RunTests(string[] starts)
    {
        Assembly assembly = typeof(Program).Assembly;
        TestOptions options = new();
        using XunitTestFramework framework = new(new MessageSink());
        using ITestFrameworkDiscoverer discoverer = framework.GetDiscoverer(Reflector.Wrap(assembly));
        MessageSink found = new();
        discoverer.Find(includeSourceInformation: false, found, options);
        found.WaitFor<IDiscoveryCompleteMessage>();
        using ITestFrameworkExecutor executor = framework.GetExecutor(assembly.GetName());
        MessageSink run = new();
        executor.RunTests(found.TestCases.Where(test => starts.Any(start => Name(test).StartsWith(start, StringComparison.Ordinal))), run, options);
        run.WaitFor<ITestAssemblyFinished>();
        foreach ((string name, string? failure) in run.Results.OrderBy(result => result.Name, StringComparer.Ordinal))
            Console.WriteLine(failure == null ? $"passed {name}" : $"failed {name}\n{failure}");
        return run.Results.Any(result => result.Failure != null) ? 1 : 0;
    }

    private static string Name(ITestCase test) => test.DisplayName.Replace("Faultline.Testing.TestProgram.Tests.", "");
}
