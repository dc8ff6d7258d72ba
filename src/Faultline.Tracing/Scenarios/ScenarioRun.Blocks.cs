using Faultline.Kernel;
using Faultline.Libc;
using Faultline.Tracing.Scenarios.Language;

namespace Faultline.Tracing.Scenarios;

// malloc and its kin in a process, with the words and with the letters of the text traces.
internal sealed partial class ScenarioRun
{
    private static readonly Dictionary<string, Action<ScenarioRun, ScenarioProgram, Arguments>> ProcessVerbs = new()
    {
        ["malloc"] = (run, program, arguments) => run.Allocate(program, arguments),
        ["a"] = (run, program, arguments) => run.Allocate(program, arguments),
        ["calloc"] = (run, program, arguments) => run.AllocateZeroed(program, arguments),
        ["c"] = (run, program, arguments) => run.AllocateZeroed(program, arguments),
        ["memalign"] = (run, program, arguments) => run.AllocateAligned(program, arguments),
        ["m"] = (run, program, arguments) => run.AllocateAligned(program, arguments),
        ["realloc"] = (run, program, arguments) => run.Reallocate(program, arguments),
        ["r"] = (run, program, arguments) => run.Reallocate(program, arguments),
        ["free"] = (run, program, arguments) => run.Free(program, arguments),
        ["f"] = (run, program, arguments) => run.Free(program, arguments),
        ["malloc_trim"] = (run, program, arguments) => run.Trim(program, arguments),
        ["x"] = (run, program, arguments) => run.Trim(program, arguments),
        ["sbrk"] = (run, program, arguments) => run.MoveBreak(program, arguments),
        ["b"] = (run, program, arguments) => run.MoveBreak(program, arguments),
        ["mallopt"] = (run, program, arguments) => run.SetOption(program, arguments),
        ["o"] = (run, program, arguments) => run.SetOption(program, arguments),
        ["write"] = (run, program, arguments) => run.Touch(program, arguments, AccessKind.Write),
        ["t"] = (run, program, arguments) => run.Touch(program, arguments, AccessKind.Write),
        ["read"] = (run, program, arguments) => run.Touch(program, arguments, AccessKind.Read),
        ["R"] = (run, program, arguments) => run.Touch(program, arguments, AccessKind.Read),
        ["mmap"] = (run, program, arguments) => run.Map(program, arguments),
        ["munmap"] = (run, program, arguments) => run.Unmap(program, arguments),
        ["madvise"] = (run, program, arguments) => run.Advise(program, arguments),
        ["readfile"] = (run, program, arguments) => run.ReadFile(program, arguments),
        ["writefile"] = (run, program, arguments) => run.WriteFile(program, arguments),
        ["fsync"] = (run, program, arguments) => run.SyncFile(program, arguments),
        ["msync"] = (run, program, arguments) => run.SyncMapping(program, arguments),
        ["mlock"] = (run, program, arguments) => run.Lock(program, arguments),
        ["munlock"] = (run, program, arguments) => run.Unlock(program, arguments),
        ["fork"] = (run, program, arguments) => run.Fork(program, arguments),
        ["cpu"] = (run, program, arguments) => run.Compute(program, arguments),
        ["thread"] = (run, program, arguments) => run.StartThread(program, arguments),
        ["exit"] = (run, program, arguments) => run.Exit(program, arguments),
    };

    /// <summary>What a process can do, for help and suggestions.</summary>
    public static IEnumerable<string> Operations => ProcessVerbs.Keys.Where(name => name.Length > 1);

    private void Allocate(ScenarioProgram program, Arguments arguments)
    {
        string name = NewName(program, arguments);
        ulong size = arguments.Size("a size");
        arguments.End();
        Enter(program, name, Malloc(program, arguments).Allocate(Caller(program), size), size);
    }

    private void AllocateZeroed(ScenarioProgram program, Arguments arguments)
    {
        string name = NewName(program, arguments);
        ulong count = arguments.Number("a number of elements"), size = arguments.Size("a size of one");
        arguments.End();
        Enter(program, name, Malloc(program, arguments).Calloc(Caller(program), count, size), unchecked(count * size));
    }

    private void AllocateAligned(ScenarioProgram program, Arguments arguments)
    {
        string name = NewName(program, arguments);
        ulong alignment = arguments.Size("an alignment"), size = arguments.Size("a size");
        arguments.End();
        Enter(program, name, Malloc(program, arguments).AlignedAllocate(Caller(program), alignment, size), size);
    }

    private void Reallocate(ScenarioProgram program, Arguments arguments)
    {
        string name = arguments.Text("the name of a block");
        NamedMemory old = Block(program, name, arguments);
        ulong size = arguments.Size("a size");
        arguments.End();
        ulong block = Malloc(program, arguments).Reallocate(Caller(program), old.Start, size);
        if (block == 0 && size > 0)
            return;
        Enter(program, name, block, size);
    }

    private void Free(ScenarioProgram program, Arguments arguments)
    {
        string name = arguments.Text("the name of a block");
        NamedMemory block = Block(program, name, arguments);
        arguments.End();
        Malloc(program, arguments).Free(Caller(program), block.Start);
        Release(program, name);
    }

    private void Trim(ScenarioProgram program, Arguments arguments)
    {
        arguments.End();
        Malloc(program, arguments).Trim(0);
    }

    private void MoveBreak(ScenarioProgram program, Arguments arguments)
    {
        long delta = arguments.Integer("a number of bytes");
        arguments.End();
        program.Process.Brk(new VirtualAddress(program.Process.CurrentBreak.Value + (ulong)delta));
    }

    private void SetOption(ScenarioProgram program, Arguments arguments)
    {
        int parameter = (int)arguments.Integer("a parameter's number, as in mallopt(3)"), value = (int)arguments.Integer("a value");
        arguments.End();
        if (Malloc(program, arguments).Mallopt((MalloptParameter)parameter, value) == 0)
            throw arguments.Bad($"mallopt({parameter}, {value}) was refused");
    }

    private void Enter(ScenarioProgram program, string name, ulong start, ulong size)
    {
        program.Memory[name] = new NamedMemory(start, size, IsMapping: false, _current.Line);
        program.Released.Remove(name);
    }

    private void Release(ScenarioProgram program, string name)
    {
        program.Memory.Remove(name);
        program.Released[name] = _current.Line;
    }

    private static Malloc<ForkingProcess> Malloc(ScenarioProgram program, Arguments arguments) => program.Malloc
        ?? throw new ScenarioStop(arguments.Verb, $"malloc of '{program.Name}' is not modelled (a 32-bit process): use mmap there");

    private static string NewName(ScenarioProgram program, Arguments arguments)
    {
        string name = arguments.Text("a name for the memory");
        if (program.Memory.TryGetValue(name, out NamedMemory old))
            throw arguments.Bad($"'{name}' is in use since line {old.Line}: free it before, or choose another name");
        return name;
    }

    /// <summary>Live memory of a name; complains about a second free and about names that never were.</summary>
    private static NamedMemory Find(ScenarioProgram program, string name, Arguments arguments)
    {
        if (program.Memory.TryGetValue(name, out NamedMemory memory))
            return memory;
        throw arguments.Bad(program.Released.TryGetValue(name, out int line)
            ? $"'{name}' of '{program.Name}' was given back at line {line}: it cannot be used or freed again"
            : $"'{program.Name}' has no memory '{name}'{Suggestion(name, program.Memory.Keys)}");
    }

    private static NamedMemory Block(ScenarioProgram program, string name, Arguments arguments)
    {
        NamedMemory memory = Find(program, name, arguments);
        return memory.IsMapping ? throw arguments.Bad($"'{name}' was mapped at line {memory.Line} and is no block of malloc: use munmap") : memory;
    }
}
