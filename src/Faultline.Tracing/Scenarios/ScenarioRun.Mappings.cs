using Faultline.Kernel;
using Faultline.Tracing.Scenarios.Language;
using Faultline.Tracing.Text;

namespace Faultline.Tracing.Scenarios;

// A process's own mappings, and the loads and stores on any of its memory.
internal sealed partial class ScenarioRun
{
    private static readonly Dictionary<string, Advice> Advices = new()
    {
        ["normal"] = Advice.Normal,
        ["dontneed"] = Advice.DontNeed,
        ["free"] = Advice.Free,
        ["cold"] = Advice.Cold,
        ["pageout"] = Advice.PageOut,
        ["hugepage"] = Advice.HugePage,
        ["nohugepage"] = Advice.NoHugePage,
        ["populate_read"] = Advice.PopulateRead,
        ["populate_write"] = Advice.PopulateWrite,
    };

    private void Map(ScenarioProgram program, Arguments arguments)
    {
        string name = NewName(program, arguments);
        ulong length = arguments.Size("a size");
        (MapFlags flags, Protection protection) = (MapFlags.Private, Protection.ReadWrite);
        (OpenFile? file, ulong offset) = (null, 0);
        while (arguments.More)
        {
            string word = arguments.Text("a flag");
            if (word.StartsWith("file=", StringComparison.Ordinal))
                file = Open(program, FileAt(word["file=".Length..], arguments));
            else if (word.StartsWith("offset=", StringComparison.Ordinal))
                offset = Quantity.Size(word["offset=".Length..]) ?? throw arguments.Bad($"'{word}' has no size: offset=64K");
            else
                (flags, protection) = WithFlag(flags, protection, word, arguments);
        }

        SystemCallResult result = file == null
            ? program.Process.Mmap(VirtualAddress.Null, length, protection, flags)
            : program.Process.Mmap(VirtualAddress.Null, length, protection, flags, file, offset);
        if (result.Failed && result.Error != Errno.ENOMEM)
            throw arguments.Bad($"mmap of '{name}' failed: {result.Error}");
        program.Memory[name] = new NamedMemory(result.Failed ? 0 : result.Address.Value, length, IsMapping: true, _current.Line);
        program.Released.Remove(name);
    }

    private static (MapFlags Flags, Protection Protection) WithFlag(MapFlags flags, Protection protection, string word, Arguments arguments) => word switch
    {
        "private" => (flags, protection),
        "shared" => ((flags & ~MapFlags.Private) | MapFlags.Shared, protection),
        "noreserve" => (flags | MapFlags.NoReserve, protection),
        "populate" => (flags | MapFlags.Populate, protection),
        "readonly" => (flags, Protection.Read),
        "none" => (flags, Protection.None),
        _ => throw Unknown(arguments.Last, ["private", "shared", "noreserve", "populate", "readonly", "none", "file=PATH", "offset=SIZE"], "flag of mmap"),
    };

    private void Lock(ScenarioProgram program, Arguments arguments)
    {
        string name = arguments.Text("the name of some memory");
        (ulong start, ulong length) = Part(Find(program, name, arguments), name, arguments);
        if (program.Process.Mlock(new VirtualAddress(start), length) is { Failed: true } result)
            throw arguments.Bad($"mlock of '{name}' failed: {result.Error}");
    }

    private void Unlock(ScenarioProgram program, Arguments arguments)
    {
        string name = arguments.Text("the name of some memory");
        (ulong start, ulong length) = Part(Find(program, name, arguments), name, arguments);
        if (program.Process.Munlock(new VirtualAddress(start), length) is { Failed: true } result)
            throw arguments.Bad($"munlock of '{name}' failed: {result.Error}");
    }

    private void SyncMapping(ScenarioProgram program, Arguments arguments)
    {
        string name = arguments.Text("the name of a mapping");
        NamedMemory mapping = Find(program, name, arguments);
        (ulong start, ulong length) = Part(mapping, name, arguments);
        if (program.Process.Msync(new VirtualAddress(start), length) is { Failed: true } result)
            throw arguments.Bad($"msync of '{name}' failed: {result.Error}");
    }

    private void Unmap(ScenarioProgram program, Arguments arguments)
    {
        string name = arguments.Text("the name of a mapping");
        NamedMemory mapping = Find(program, name, arguments);
        if (!mapping.IsMapping)
            throw arguments.Bad($"'{name}' is a block of malloc since line {mapping.Line}: use free");
        (ulong start, ulong length) = Part(mapping, name, arguments);
        if (program.Process.Munmap(new VirtualAddress(start), length) is { Failed: true } result)
            throw arguments.Bad($"munmap of '{name}' failed: {result.Error}");
        if (start == mapping.Start && length >= mapping.Length)
            Release(program, name);
    }

    private void Advise(ScenarioProgram program, Arguments arguments)
    {
        string name = arguments.Text("the name of some memory");
        NamedMemory memory = Find(program, name, arguments);
        string word = arguments.Text("advice");
        if (!Advices.TryGetValue(word, out Advice advice))
            throw Unknown(arguments.Last, Advices.Keys, "advice");
        Word at = arguments.Last;
        (ulong start, ulong length) = Part(memory, name, arguments);
        if (advice == Advice.PageOut)
            RefuseMoreSlots(program.Process, start, length, name, at);
        if (program.Process.Madvise(new VirtualAddress(PageSize.Up(start)), length, advice) is { Failed: true } result)
            throw arguments.Bad($"madvise({word}) of '{name}' failed: {result.Error}");
    }

    /// <summary>Loads or stores over a whole piece of memory or a part of it. Ends early where the process is killed meanwhile.</summary>
    private void Touch(ScenarioProgram program, Arguments arguments, AccessKind kind)
    {
        string name = arguments.Text("the name of some memory");
        NamedMemory memory = Find(program, name, arguments);
        (ulong start, ulong length) = Part(memory, name, arguments);
        ulong before = program.Process.SegmentationFaults;
        program.Process.AccessRange(new VirtualAddress(start), length, kind);
        if (program.Process.SegmentationFaults != before && !program.Process.HasExited)
            throw arguments.Bad($"'{name}' of '{program.Name}' may not be {(kind == AccessKind.Write ? "written" : "read")} there: segmentation fault");
    }

    /// <summary>[OFFSET [LENGTH]] of a piece of memory; without them all of it.</summary>
    private static (ulong Start, ulong Length) Part(NamedMemory memory, string name, Arguments arguments)
    {
        if (memory.Start == 0)
            throw arguments.Bad($"'{name}' is NULL: no memory was to be had at line {memory.Line}");
        ulong offset = arguments.More ? arguments.Size("an offset") : 0;
        if (offset > memory.Length)
            throw arguments.Bad($"offset {offset} is past the end of '{name}', which has {memory.Length} bytes");
        ulong length = arguments.More ? arguments.Size("a length") : memory.Length - offset;
        arguments.End();
        if (length > memory.Length - offset)
            throw arguments.Bad($"{offset} + {length} is past the end of '{name}', which has {memory.Length} bytes");
        return (memory.Start + offset, length);
    }
}
