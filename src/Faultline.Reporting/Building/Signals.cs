namespace Faultline.Reporting;

/// <summary>Names of Linux x86-64's signals, and which of them ended a program. Source: signal(7).</summary>
internal static class Signals
{
    private const int FirstSignalCode = 128;

    private static readonly string[] s_names =
    [
        "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGKILL", "SIGUSR1", "SIGSEGV",
        "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM", "SIGSTKFLT", "SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP", "SIGTTIN",
        "SIGTTOU", "SIGURG", "SIGXCPU", "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO", "SIGPWR", "SIGSYS",
    ];

    /// <summary>Their default action is to stop, to continue or to do nothing.</summary>
    private static readonly string[] s_notFatal = ["SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGURG", "SIGWINCH"];

    /// <summary>The fatal signal that an exit code of 128 + n stands for, null for other codes.</summary>
    public static string? FromExitCode(int exitCode)
    {
        int number = exitCode - FirstSignalCode;
        if (number < 1 || number > s_names.Length)
            return null;
        string name = s_names[number - 1];
        return s_notFatal.Contains(name) ? null : name;
    }
}
