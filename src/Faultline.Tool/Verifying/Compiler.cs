namespace Faultline.Tool.Verifying;

/// <summary>The C compiler that makes the driver.</summary>
internal static class Compiler
{
    public const string Loader = "ld-linux-x86-64.so.2";
    public const string Library = "libc.so.6";

    private const string Resources = "Driver/";

    /// <summary>The path of cc or gcc, or null.</summary>
    public static string? Find() => (from name in new[] { "cc", "gcc" }
                                     from folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
                                     let path = Path.Combine(folder, name)
                                     where File.Exists(path)
                                     select path).FirstOrDefault();

    /// <summary>Compiles the driver into <paramref name="folder"/> and answers its path; throws <see cref="UsageException"/> with the compiler's first complaint.</summary>
    /// <param name="compiler">See <see cref="Find"/>.</param>
    /// <param name="folder">Empty.</param>
    /// <param name="libc">The folder of the C library that it is to run on; null: this machine's.</param>
    public static string Build(string compiler, string folder, string? libc)
    {
        List<string> sources = [];
        foreach (string name in typeof(Compiler).Assembly.GetManifestResourceNames().Where(n => n.StartsWith(Resources, StringComparison.Ordinal)))
        {
            string path = Path.Combine(folder, name[Resources.Length..]);
            using Stream source = typeof(Compiler).Assembly.GetManifestResourceStream(name)!;
            using FileStream copy = File.Create(path);
            source.CopyTo(copy);
            if (path.EndsWith(".c", StringComparison.Ordinal))
                sources.Add(path);
        }

        // Every function is bound before the window, and no call to malloc is optimised away.
        string program = Path.Combine(folder, "driver");
        string[] runsOn = libc == null ? [] : [$"-Wl,--dynamic-linker={Path.Combine(libc, Loader)}", $"-Wl,-rpath,{libc}"];
        HostProgram.Result result = HostProgram.Run(compiler, ["-O2", "-fno-builtin", "-pthread", "-Wl,-z,now", .. runsOn, "-o", program, .. sources]);
        return result.ExitCode == 0 ? program
            : throw new UsageException($"{compiler} does not compile the driver: {result.Error.Split('\n').FirstOrDefault(l => l.Contains("error", StringComparison.Ordinal)) ?? result.Error.ReplaceLineEndings(" ")}");
    }
}
