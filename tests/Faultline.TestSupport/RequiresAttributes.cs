using Xunit;

namespace Faultline.TestSupport;

/// <summary>Conditions of the machine that differential tests depend on; a test that needs one that is missing is skipped with the reason shown.</summary>
public static class Host
{
    public static bool HasCompiler { get; } = OnPath("gcc") || OnPath("cc");

    /// <summary>The C library is the one that the default profile models.</summary>
    public static bool HasProfileLibc { get; } = OperatingSystem.IsLinux() && File.Exists("/lib/x86_64-linux-gnu/libc.so.6")
        && GnuVersion() == "2.36";

    /// <summary>Why real minor faults cannot be compared with the model's here, or null: huge pages for everyone hide 4 KiB faults.</summary>
    public static string? WhyFaultsDiffer { get; } = ReadOrEmpty("/sys/kernel/mm/transparent_hugepage/enabled").Contains("[always]")
        ? "transparent huge pages are 'always' on this host" : null;

    public static bool OnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Any(folder => File.Exists(Path.Combine(folder, program)));

    private static string ReadOrEmpty(string path) => File.Exists(path) ? File.ReadAllText(path) : "";

    private static unsafe string GnuVersion()
    {
        try
        {
            return new string((sbyte*)gnu_get_libc_version());
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return "";
        }
    }

    [System.Runtime.InteropServices.DllImport("libc")]
    private static extern nint gnu_get_libc_version();
}

/// <summary>Why the model cannot be held against the C library and kernel of this machine, or null.</summary>
internal static class RealLibc
{
    public static string? WhyNot { get; } =
        !Host.HasCompiler ? "SKIPPED: no C compiler on PATH, so the model cannot be held against the real C library"
        : !Host.HasProfileLibc ? "SKIPPED: this machine's C library is not glibc 2.36, which the profile models"
        : Host.WhyFaultsDiffer is { } reason ? $"SKIPPED: {reason}"
        : null;
}

/// <summary>A test that compiles a C program and compares with the C library and kernel of this machine.</summary>
public sealed class RealLibcFactAttribute : FactAttribute
{
    public RealLibcFactAttribute() => Skip = RealLibc.WhyNot;
}

/// <summary>The same for a theory.</summary>
public sealed class RealLibcTheoryAttribute : TheoryAttribute
{
    public RealLibcTheoryAttribute() => Skip = RealLibc.WhyNot;
}

/// <summary>A C library of another version than this machine's, unpacked: FAULTLINE_REAL_LIBC names the folder with libc.so.6 and its loader.</summary>
public static class OtherLibc
{
    public const string Variable = "FAULTLINE_REAL_LIBC";

    /// <summary>Its folder and its version, "2.41"; null where there is none.</summary>
    public static (string Folder, string Version)? Found { get; } = Find();

    internal static string? WhyNot { get; } =
        !Host.HasCompiler ? "SKIPPED: no C compiler on PATH, so the model cannot be held against a real C library"
        : Found == null ? $"SKIPPED: no other C library (set {Variable} to a folder with libc.so.6 and ld-linux-x86-64.so.2, such as usr/lib/x86_64-linux-gnu of an unpacked libc6 2.41)"
        : Host.WhyFaultsDiffer is { } reason ? $"SKIPPED: {reason}"
        : null;

    /// <summary>The library says its version when it is run as a program.</summary>
    private static (string Folder, string Version)? Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } folder || !Host.HasCompiler)
            return null;
        System.Diagnostics.ProcessStartInfo start = new(Path.Combine(folder, "ld-linux-x86-64.so.2"), [Path.Combine(folder, "libc.so.6")]) { RedirectStandardOutput = true };
        using System.Diagnostics.Process process = System.Diagnostics.Process.Start(start)!;
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        System.Text.RegularExpressions.Match version = System.Text.RegularExpressions.Regex.Match(text, @"release version (\d+\.\d+)");
        return version.Success ? (folder, version.Groups[1].Value) : null;
    }
}

/// <summary>A theory that compares with <see cref="OtherLibc"/>.</summary>
public sealed class OtherLibcTheoryAttribute : TheoryAttribute
{
    public OtherLibcTheoryAttribute() => Skip = OtherLibc.WhyNot;
}

/// <summary>A theory over the recorded traces beside the checkout.</summary>
public sealed class SharedTracesTheoryAttribute : TheoryAttribute
{
    public SharedTracesTheoryAttribute()
    {
        if (Repository.SharedTraces == null)
            Skip = "SKIPPED: no recorded traces (set FAULTLINE_TRACES to their folder)";
    }
}
