using Faultline.Tracing.Tests.Binary;

namespace Faultline.Tracing.Tests;

/// <summary>The test assembly is a program as well: what tests start when they need a process to kill.</summary>
public static class Program
{
    internal const string RecordVerb = "record-for-ever";

    public static int Main(string[] arguments)
    {
        if (arguments is not [RecordVerb, var path])
            return 2;
        KilledWriterTests.RecordForEver(path);
        return 0;
    }
}
