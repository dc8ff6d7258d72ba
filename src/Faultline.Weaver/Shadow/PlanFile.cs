// A plan on disk. Binary and hand-written because it is read at every start: a JSON serializer alone would take longer to start up than
// everything else that a warm start does. The version is the weaver's own build, so the format needs no other.

using System.Text;

namespace Faultline.Weaver.Shadow;

internal static class PlanFile
{
    /// <summary>Null where there is no plan, or not one of this weaver.</summary>
    public static StoredPlan? TryRead(string path)
    {
        try
        {
            if (!File.Exists(path))
                return null;
            using BinaryReader reader = new(new MemoryStream(File.ReadAllBytes(path)), Encoding.UTF8);
            return reader.ReadString() == ContentKey.WeaverVersion ? Read(reader) : null;
        }
        catch (Exception e) when (e is IOException or FormatException or ArgumentException)
        {
            // Cut off or overwritten by something else: the plan is made anew.
            return null;
        }
    }

    public static void Write(string path, StoredPlan plan)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string unfinished = $"{path}.{Environment.ProcessId}.{Guid.NewGuid():N}";
        using (BinaryWriter writer = new(File.Create(unfinished), Encoding.UTF8))
        {
            writer.Write(ContentKey.WeaverVersion);
            Write(writer, plan);
        }

        File.Move(unfinished, path, overwrite: true);
    }

    private static StoredPlan Read(BinaryReader reader) => new()
    {
        Target = reader.ReadString(),
        ShimFolder = reader.ReadString(),
        Inputs = ReadList(reader, static reader => new FileStamp(reader.ReadString(), reader.ReadInt64(), reader.ReadInt64())),
        CodeFileNames = reader.ReadString(),
        OriginalFolder = reader.ReadString(),
        CopyFolder = reader.ReadString(),
        StartFile = reader.ReadString(),
        RunsOwnHost = reader.ReadBoolean(),
        WithoutReadyToRun = reader.ReadBoolean(),
        BaseDirectory = reader.ReadString(),
        Sites = ReadList(reader, ReadSite),
        Summary = new RoutingSummary(
            (ApplicationShape)reader.ReadInt32(),
            ReadList(reader, static reader => new RoutedAssembly(reader.ReadString(), reader.ReadInt32(), reader.ReadBoolean())),
            ReadList(reader, static reader => new UnroutedAssembly(reader.ReadString(), reader.ReadString())),
            ReadList(reader, ReadUnroutedCall),
            ReadList(reader, static reader => reader.ReadString()),
            ReadList(reader, static reader => reader.ReadString())),
    };

    private static void Write(BinaryWriter writer, StoredPlan plan)
    {
        writer.Write(plan.Target);
        writer.Write(plan.ShimFolder);
        WriteList(writer, plan.Inputs, static (writer, input) =>
        {
            writer.Write(input.Path);
            writer.Write(input.Size);
            writer.Write(input.Ticks);
        });
        writer.Write(plan.CodeFileNames);
        writer.Write(plan.OriginalFolder);
        writer.Write(plan.CopyFolder);
        writer.Write(plan.StartFile);
        writer.Write(plan.RunsOwnHost);
        writer.Write(plan.WithoutReadyToRun);
        writer.Write(plan.BaseDirectory);
        WriteList(writer, plan.Sites, WriteSite);
        writer.Write((int)plan.Summary.Shape);
        WriteList(writer, plan.Summary.Routed, static (writer, assembly) =>
        {
            writer.Write(assembly.Name);
            writer.Write(assembly.Sites);
            writer.Write(assembly.HasSymbols);
        });
        WriteList(writer, plan.Summary.NotRouted, static (writer, assembly) =>
        {
            writer.Write(assembly.Name);
            writer.Write(assembly.Reason);
        });
        WriteList(writer, plan.Summary.UnroutedCalls, WriteUnroutedCall);
        WriteList(writer, plan.Summary.WithoutCalls, static (writer, name) => writer.Write(name));
        WriteList(writer, plan.Summary.Notes, static (writer, note) => writer.Write(note));
    }

    public static WovenSite ReadSite(BinaryReader reader) => new(
        reader.ReadInt32(), reader.ReadString(), reader.ReadString(), reader.ReadString(), reader.ReadString(),
        reader.ReadBoolean() ? reader.ReadString() : null, reader.ReadInt32());

    public static void WriteSite(BinaryWriter writer, WovenSite site)
    {
        writer.Write(site.Id);
        writer.Write(site.Assembly);
        writer.Write(site.Type);
        writer.Write(site.Method);
        writer.Write(site.Api);
        writer.Write(site.File is not null);
        if (site.File is not null)
            writer.Write(site.File);
        writer.Write(site.Line);
    }

    public static UnroutedCall ReadUnroutedCall(BinaryReader reader) => new(reader.ReadString(), reader.ReadString(), reader.ReadString());

    public static void WriteUnroutedCall(BinaryWriter writer, UnroutedCall call)
    {
        writer.Write(call.Api);
        writer.Write(call.Place);
        writer.Write(call.Reason);
    }

    public static T[] ReadList<T>(BinaryReader reader, Func<BinaryReader, T> read)
    {
        int count = reader.ReadInt32();
        List<T> items = [];
        for (int i = 0; i < count; i++)
            items.Add(read(reader));
        return [.. items];
    }

    public static void WriteList<T>(BinaryWriter writer, IReadOnlyList<T> items, Action<BinaryWriter, T> write)
    {
        writer.Write(items.Count);
        foreach (T item in items)
            write(writer, item);
    }
}
