using System.Text;
using Faultline.Api;
using Faultline.Weaver.Rewriting;

namespace Faultline.Weaver.Shadow;

/// <summary>
/// Rewritten assemblies, by what they were made of: the assembly's and its symbols' bytes, the first site id, the twins of other
/// assemblies that it may call. A build that changes one project leaves the rewritten files of the others in place.
/// </summary>
internal sealed class WovenCache(CacheFolder cache, ApplicationResolver resolver)
{
    private const string RecordFile = "record.bin";

    /// <summary>Answers the folder that holds the rewritten file under its own name, and what the rewriting gave.</summary>
    public (string Folder, RewrittenAssembly Record) Get(string path, int firstSite, IReadOnlyDictionary<string, TwinExport> foreignTwins)
    {
        string[] parts =
        [
            Path.GetFileName(path), ContentKey.OfFile(path), ContentKey.OfFile(SymbolFile.PathBeside(path)), firstSite.ToString(),
            .. foreignTwins.Keys.Order(StringComparer.Ordinal),
        ];
        string folder = cache.GetOrAdd("woven", ContentKey.Of(parts), unfinished =>
        {
            RewrittenAssembly record = AssemblyRewriter.Rewrite(path, unfinished, firstSite, foreignTwins, resolver);
            WriteRecord(Path.Combine(unfinished, RecordFile), record);
        });
        return (folder, ReadRecord(Path.Combine(folder, RecordFile)));
    }

    private static void WriteRecord(string path, RewrittenAssembly record)
    {
        using BinaryWriter writer = new(File.Create(path), Encoding.UTF8);
        PlanFile.WriteList(writer, record.Sites, PlanFile.WriteSite);
        PlanFile.WriteList(writer, record.UnroutedCalls, PlanFile.WriteUnroutedCall);
        PlanFile.WriteList(writer, record.Exports, static (writer, export) =>
        {
            writer.Write(export.Key);
            writer.Write(export.Api.Method);
        });
        writer.Write(record.HasSymbols);
    }

    private static RewrittenAssembly ReadRecord(string path)
    {
        using BinaryReader reader = new(new MemoryStream(File.ReadAllBytes(path)), Encoding.UTF8);
        return new RewrittenAssembly(
            PlanFile.ReadList(reader, PlanFile.ReadSite),
            PlanFile.ReadList(reader, PlanFile.ReadUnroutedCall),
            PlanFile.ReadList(reader, static reader => new TwinExport(reader.ReadString(), LibcApi(reader.ReadString()))),
            reader.ReadBoolean());
    }

    private static AllocationApi LibcApi(string entryPoint) => AllocationApis.All.First(api => api.IsPInvoke && api.Method == entryPoint);
}
