using System.Runtime.InteropServices;

namespace Faultline.Tool.Running;

/// <summary>
/// Keeps the tool alive through the signals that end programs, and hands them to the program. Ctrl-C and Ctrl-\ reach the
/// program from the terminal itself; sent on, they would arrive twice, which many programs take for "now at once".
/// </summary>
internal sealed partial class SignalForwarding : IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly Lock _gate = new();
    private readonly List<int> _early = [];
    private int _program;

    public SignalForwarding()
    {
        Register(PosixSignal.SIGINT, number: 2, fromTerminal: true);
        Register(PosixSignal.SIGQUIT, number: 3, fromTerminal: true);
        Register(PosixSignal.SIGHUP, number: 1, fromTerminal: false);
        Register(PosixSignal.SIGTERM, number: 15, fromTerminal: false);
    }

    /// <summary>The program that gets them from now on, those that came before its start included.</summary>
    public void To(int processId)
    {
        lock (_gate)
        {
            _program = processId;
            foreach (int signal in _early)
                kill(processId, signal);
        }
    }

    /// <summary>The program is gone, and its number may be another's soon.</summary>
    public void Stop()
    {
        lock (_gate)
            _program = 0;
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
    }

    private void Register(PosixSignal signal, int number, bool fromTerminal)
        => _registrations.Add(PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            if (!fromTerminal || !Terminal.SendsItsSignalsToUs())
                Forward(number);
        }));

    private void Forward(int number)
    {
        lock (_gate)
        {
            if (_program != 0)
                kill(_program, number);
            else
                _early.Add(number);
        }
    }

    [LibraryImport("libc")]
    private static partial int kill(int process, int signal);
}
