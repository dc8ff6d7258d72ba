using System.Text.Json;

namespace Faultline.Tool.Verifying;

/// <summary>A verification as tables, and as JSON.</summary>
internal static class VerificationText
{
    public static void Write(Verification result, TextWriter output)
    {
        WriteHost(result.Host, output);
        int width = result.Traces.Select(t => t.Name.Length).DefaultIfEmpty(0).Max();
        output.WriteLine($"{"trace".PadRight(width)}  {"operations",10}  outcome");
        foreach (TraceRow row in result.Traces)
            output.WriteLine($"{row.Name.PadRight(width)}  {row.Operations,10}  {row.Outcome}");
        output.WriteLine();
        output.WriteLine($"{"kernel scenario (8 MiB)",-26}  {"faults model",12}  {"real",6}  {"RSS pages model",15}  {"real",6}  outcome");
        foreach (ProbeRow row in result.Probes)
            output.WriteLine($"{row.Scenario,-26}  {row.ModelFaults,12}  {row.RealFaults,6}  {Pages(row.ModelResident),15}  {Pages(row.RealResident),6}  {(row.Same ? "identical" : "differs")}");
        output.WriteLine();
        output.WriteLine($"{result.Traces.Count(t => t.Same)} of {result.Traces.Count} traces identical ({result.Traces.Where(t => t.Same).Sum(t => (long)t.Operations)} operations), "
            + $"{result.Probes.Count(p => p.Same)} of {result.Probes.Count} kernel scenarios identical.");
    }

    public static void WriteHost(HostProfile host, TextWriter output)
    {
        output.WriteLine($"host: {host.Libc}, {host.Kernel}, {host.Cpus} processors; model: {host.Modelled}, Linux 6.x");
        foreach (string mismatch in host.Mismatches)
            output.WriteLine($"profile does not match: {mismatch}");
        if (host.Mismatches.Count > 0)
            output.WriteLine("compared all the same; a difference below may be the host's and not the model's.");
        output.WriteLine();
    }

    public static string Json(Verification result) => JsonSerializer.Serialize(
        new
        {
            format = "faultline-verify/1",
            model = new { libc = result.Host.Modelled.Name },
            host = new { libc = result.Host.Libc, kernel = result.Host.Kernel, cpus = result.Host.Cpus, mismatches = result.Host.Mismatches },
            traces = result.Traces.Select(t => new
            {
                trace = t.Name,
                operations = t.Operations,
                identical = t.Same,
                failure = t.Failure,
                operation = t.Difference?.Operation,
                model = t.Difference?.Model,
                real = t.Difference?.Real,
            }),
            kernel = result.Probes.Select(p => new
            {
                scenario = p.Scenario,
                identical = p.Same,
                minorFaults = new { model = p.ModelFaults, real = p.RealFaults },
                residentPages = p.ModelResident < 0 ? null : new { model = p.ModelResident, real = p.RealResident },
            }),
            identical = result.Same,
        },
        new JsonSerializerOptions { WriteIndented = true });

    private static string Pages(long pages) => pages < 0 ? "-" : $"{pages}";
}
