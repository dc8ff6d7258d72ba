using System.Text;
using Faultline.Api;
using Faultline.Weaver.Shadow;

namespace Faultline.Weaver.Tests.Support;

/// <summary>
/// A stand-in for the shim, written out from the API table: each facade counts its site and calls the real function. At exit it writes
/// "site count" lines to the file that FAULTLINE_TEST_COUNTS names. What runs against it shows that the weaver keeps to the table.
/// </summary>
internal static class RecordingShim
{
    public const string CountsVariable = "FAULTLINE_TEST_COUNTS";

    private static readonly Lazy<string> Built = new(Build);

    /// <summary>Folder with the four assemblies.</summary>
    public static string Folder => Built.Value;

    private static string Build()
    {
        string folder = TemporaryFolder.Create("recording-shim");
        foreach (string name in ShadowFolder.ShimAssemblies)
            Compiler.Compile(name, folder, new CompileOptions { IsLibrary = true }, name == "Faultline.Shim" ? Source() : "");
        return folder;
    }

    private static string Source()
    {
        StringBuilder text = new(Frame);
        foreach (IGrouping<string, AllocationApi> facade in AllocationApis.All.GroupBy(api => api.FacadeType))
        {
            text.AppendLine($"namespace Faultline.Shim {{ public static unsafe partial class {facade.Key["Faultline.Shim.".Length..]} {{");
            foreach (AllocationApi api in facade)
                text.AppendLine(api.IsPInvoke ? Libc(api) : Managed(api));
            text.AppendLine("} }");
        }

        return text.ToString();
    }

    private static string Managed(AllocationApi api)
        => $"public static {CSharp(api.ReturnType)} {api.Method}({Parameters(api)}int site) {{ Recorder.Count(site); {Return(api)}global::{api.Type}.{api.Method}({Arguments(api)}); }}";

    /// <summary>errno is handed on as the contract asks, and the last P/Invoke error is spoilt, so that only the weaver's own code can set it.</summary>
    private static string Libc(AllocationApi api)
    {
        string result = api.ReturnType == "System.Void" ? "" : "var result = ";
        return $$"""
            [DllImport("libc", EntryPoint = "{{api.Method}}")] private static extern {{CSharp(api.ReturnType)}} real_{{api.Method}}({{Parameters(api).TrimEnd(' ', ',')}});
            public static {{CSharp(api.ReturnType)}} {{api.Method}}({{Parameters(api)}}int site)
            {
                Recorder.Count(site);
                Marshal.SetLastSystemError(0);
                {{result}}real_{{api.Method}}({{Arguments(api)}});
                int error = Marshal.GetLastSystemError();
                Marshal.SetLastPInvokeError(-77);
                Marshal.SetLastSystemError(error);
                {{(result.Length > 0 ? "return result;" : "")}}
            }
            """;
    }

    private static string Parameters(AllocationApi api) => string.Concat(api.ParameterTypes.Select((type, i) => $"{CSharp(type)} a{i}, "));

    private static string Arguments(AllocationApi api) => string.Join(", ", api.ParameterTypes.Select((_, i) => "a" + i));

    private static string Return(AllocationApi api) => api.ReturnType == "System.Void" ? "" : "return ";

    private static string CSharp(string type) => type == "System.Void" ? "void" : type.Replace("System.Void*", "void*");

    private const string Frame = """
        using System;
        using System.IO;
        using System.Linq;
        using System.Runtime.InteropServices;
        using System.Threading;

        internal static class StartupHook
        {
            public static void Initialize()
            {
                AppContext.SetData("APP_CONTEXT_BASE_DIRECTORY", Environment.GetEnvironmentVariable("FAULTLINE_BASE_DIRECTORY"));
                Environment.SetEnvironmentVariable("DOTNET_STARTUP_HOOKS", null);
                AppDomain.CurrentDomain.ProcessExit += (_, _) => Faultline.Shim.Recorder.Save();
            }
        }

        namespace Faultline.Shim
        {
            internal static class Recorder
            {
                private static readonly int[] counts = new int[100_000];

                public static void Count(int site) => Interlocked.Increment(ref counts[site]);

                public static void Save() => File.WriteAllLines(
                    Environment.GetEnvironmentVariable("FAULTLINE_TEST_COUNTS")!,
                    Enumerable.Range(0, counts.Length).Where(site => counts[site] > 0).Select(site => site + " " + counts[site]));
            }
        }

        """;
}
