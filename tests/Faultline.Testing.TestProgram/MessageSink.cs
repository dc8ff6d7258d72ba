using System.Collections.Concurrent;
using Xunit;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Faultline.Testing.TestProgram;

/// <summary>What xunit says while it finds and runs tests.</summary>
internal sealed class MessageSink : LongLivedMarshalByRefObject, IMessageSink
{
    private readonly BlockingCollection<IMessageSinkMessage> _messages = [];

    public List<ITestCase> TestCases { get; } = [];

    /// <summary>The messages of a failed test's exceptions, as a runner shows them.</summary>
    public List<(string Name, string? Failure)> Results { get; } = [];

    public bool OnMessage(IMessageSinkMessage message)
    {
        _messages.Add(message);
        return true;
    }

    public void WaitFor<T>()
    {
        foreach (IMessageSinkMessage message in _messages.GetConsumingEnumerable())
        {
            if (message is ITestCaseDiscoveryMessage found)
                TestCases.Add(found.TestCase);
            if (message is ITestPassed passed)
                Results.Add((Name(passed.Test), null));
            if (message is ITestFailed failed)
                Results.Add((Name(failed.Test), ExceptionUtility.CombineMessages(failed)));
            if (message is T)
                return;
        }
    }

    private static string Name(ITest test) => test.DisplayName.Replace("Faultline.Testing.TestProgram.Tests.", "");
}

/// <summary>All collections at once, whatever the machine has.</summary>
internal sealed class TestOptions : ITestFrameworkDiscoveryOptions, ITestFrameworkExecutionOptions
{
    private readonly Dictionary<string, object?> _values = new() { ["xunit.execution.MaxParallelThreads"] = 8 };

    public TValue GetValue<TValue>(string name) => _values.TryGetValue(name, out object? value) ? (TValue)value! : default!;

    public void SetValue<TValue>(string name, TValue value) => _values[name] = value;
}
