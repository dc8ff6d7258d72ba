using System.Runtime.InteropServices;

namespace Faultline.Tool;

/// <summary>The terminals on standard error and standard output, if there are any. Source: tty_ioctl(4), tcgetpgrp(3).</summary>
internal static unsafe partial class Terminal
{
    private const int StandardOutput = 1;
    private const int StandardError = 2;
    private const nuint GetWindowSize = 0x5413;
    private const int OpenReadWriteNoControlCloseOnExec = 0x2 | 0x100 | 0x80000;

    public static bool Is(TextWriter writer) => ReferenceEquals(writer, Console.Error) && !Console.IsErrorRedirected;

    /// <summary>Whether it is standard output, and that a terminal.</summary>
    public static bool IsOutput(TextWriter writer) => ReferenceEquals(writer, Console.Out) && !Console.IsOutputRedirected;

    /// <summary>https://no-color.org, and terminals that know no escapes.</summary>
    public static bool WantsColour => string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
        && Environment.GetEnvironmentVariable("TERM") is not (null or "dumb");

    /// <summary>
    /// Columns of standard error's terminal, null if not known. Console.WindowWidth does not answer them where only standard
    /// output is redirected.
    /// </summary>
    public static int? Width => WidthOf(StandardError);

    /// <summary>Columns of standard output's terminal, null if there is none or they are not known.</summary>
    public static int? OutputWidth => WidthOf(StandardOutput);

    private static int? WidthOf(int descriptor)
    {
        WindowSize size;
        return ioctl(descriptor, GetWindowSize, &size) == 0 && size.Columns > 0 ? size.Columns : null;
    }

    /// <summary>Whether this process group is the one that the controlling terminal sends Ctrl-C and Ctrl-\ to.</summary>
    public static bool SendsItsSignalsToUs()
    {
        int terminal = open("/dev/tty", OpenReadWriteNoControlCloseOnExec);
        if (terminal < 0)
            return false;
        bool foreground = tcgetpgrp(terminal) == getpgrp();
        close(terminal);
        return foreground;
    }

    private struct WindowSize
    {
        public ushort Rows;
        public ushort Columns;
        public ushort Width;
        public ushort Height;
    }

    [LibraryImport("libc")]
    private static partial int ioctl(int descriptor, nuint request, WindowSize* size);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);

    [LibraryImport("libc")]
    private static partial int tcgetpgrp(int descriptor);

    [LibraryImport("libc")]
    private static partial int getpgrp();
}
