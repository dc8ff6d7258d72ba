using Faultline.Kernel;

namespace Faultline.Tracing.Scenarios;

// Files of the machine, and processes that read, write and map them.
internal sealed partial class ScenarioRun
{
    private static readonly Dictionary<string, FileKind> FileKinds = new()
    {
        ["disk"] = FileKind.Disk,
        ["tmpfs"] = FileKind.Tmpfs,
    };

    private void MakeFile(Arguments arguments)
    {
        string path = arguments.Text("a path");
        if (Machine.Files.Find(path) != null)
            throw arguments.Bad($"a file {path} is there already: choose another path");
        ulong size = arguments.Size("a size");
        FileKind kind = FileKind.Disk;
        if (arguments.More && !FileKinds.TryGetValue(arguments.Text("a kind"), out kind))
            throw Unknown(arguments.Last, FileKinds.Keys, "kind of file");
        arguments.End();
        Machine.Files.Create(path, size, kind);
    }

    private void UnlinkFile(Arguments arguments)
    {
        Inode file = FileNamed(arguments);
        arguments.End();
        Machine.Files.Unlink(file);
    }

    private void TruncateFile(Arguments arguments)
    {
        Inode file = FileNamed(arguments);
        ulong size = arguments.Size("a size");
        arguments.End();
        Machine.Files.Truncate(file, size);
    }

    private void Sync(Arguments arguments)
    {
        arguments.End();
        Machine.Files.Sync();
    }

    private void ReadFile(ScenarioProgram program, Arguments arguments)
    {
        OpenFile file = Opened(program, arguments);
        (ulong offset, ulong length) = PartOfFile(file, arguments);
        program.Process.Read(file, offset, length);
    }

    private void WriteFile(ScenarioProgram program, Arguments arguments)
    {
        OpenFile file = Opened(program, arguments);
        (ulong offset, ulong length) = PartOfFile(file, arguments);
        if (program.Process.Write(file, offset, length) is { Failed: true } result)
            throw arguments.Bad($"writing {file.Inode.Path} failed: {result.Error}");
    }

    private void SyncFile(ScenarioProgram program, Arguments arguments)
    {
        OpenFile file = Opened(program, arguments);
        arguments.End();
        program.Process.Fsync(file);
    }

    private Inode FileNamed(Arguments arguments)
    {
        string path = arguments.Text("the path of a file");
        return FileAt(path, arguments);
    }

    private Inode FileAt(string path, Arguments arguments) => Machine.Files.Find(path)
        ?? throw arguments.Bad($"no file {path}{Suggestion(path, Machine.Files.All.Select(file => file.Path))}: 'file {path} SIZE' makes it");

    /// <summary>A process opens a file once.</summary>
    private OpenFile Opened(ScenarioProgram program, Arguments arguments) => Open(program, FileNamed(arguments));

    private OpenFile Open(ScenarioProgram program, Inode file)
    {
        if (!program.Open.TryGetValue(file.Path, out OpenFile? open) || open.Inode != file)
            program.Open[file.Path] = open = Machine.Files.Open(file);
        return open;
    }

    /// <summary>[OFFSET [LENGTH]] of a file; without them all of it.</summary>
    private static (ulong Offset, ulong Length) PartOfFile(OpenFile file, Arguments arguments)
    {
        ulong offset = arguments.More ? arguments.Size("an offset") : 0;
        ulong rest = file.Inode.Size > offset ? file.Inode.Size - offset : 0;
        ulong length = arguments.More ? arguments.Size("a length") : rest;
        arguments.End();
        return (offset, length);
    }
}
