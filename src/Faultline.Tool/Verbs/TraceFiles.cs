using System.CommandLine;
using Faultline.Tracing;
using Faultline.Tracing.Events;
using Faultline.Tracing.Importers;
using Faultline.Tracing.Text;

namespace Faultline.Tool.Verbs;

/// <summary>Traces that the command line names.</summary>
internal static class TraceFiles
{
    private const int BufferBytes = 64 * 1024;

    /// <summary>Throws <see cref="UsageException"/> with file, line and offending text.</summary>
    public static TextTrace Read(string path)
    {
        if (Directory.Exists(path))
            throw new UsageException($"{path} is a folder: give a text trace");
        if (!File.Exists(path))
            throw new UsageException($"no such file: {path}");
        try
        {
            return TextTraceReader.Read(path);
        }
        catch (TraceFormatException e)
        {
            throw new UsageException(e.Message.ReplaceLineEndings(" "));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"cannot read {path}: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    /// <summary>A trace of any format. Throws <see cref="UsageException"/> with one line where nothing of the trace can be read.</summary>
    public static ITraceSource Open(string path) => Open(path, out _);

    /// <summary>The same, with the file that it is read from, whose position is how far it has been read. It is the source's to close.</summary>
    public static ITraceSource Open(string path, out FileStream file)
    {
        if (Directory.Exists(path))
            throw new UsageException($"{path} is a folder: give a trace");
        if (!File.Exists(path))
            throw new UsageException($"no such file: {path}");
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, BufferBytes);
            return Import(file, path);
        }
        catch (TraceFormatException e)
        {
            throw new UsageException(e.Message.ReplaceLineEndings(" "));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new UsageException($"cannot read {path}: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static ITraceSource Import(FileStream file, string path)
    {
        try
        {
            return TraceImport.Open(file, path, new ImportOptions { Zstd = stream => new ZstdStream(stream) });
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Throws <see cref="UsageException"/> for a pipe, which can be read only once.</summary>
    public static void RequireRereadable(string path)
    {
        if (!File.Exists(path))
            return;
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            if (!file.CanSeek)
                throw new UsageException($"{path} is a pipe, and the trace is read once for each combination: write it to a file first");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"cannot read {path}: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    /// <summary>The trace is one that the driver of the real library can replay too.</summary>
    public static bool IsText(TraceMetadata trace) => trace.Source == "text";

    /// <summary>Throws <see cref="UsageException"/> where touches are to be assumed for a trace that has its own.</summary>
    public static void RequireNoTouches(string path, TraceMetadata trace, bool assumes)
    {
        if (assumes && trace.Touches != TouchKnowledge.None)
            throw new UsageException($"--touches is for traces without touches; {path} has its own");
    }

    /// <summary>The words before and after "--"; throws <see cref="UsageException"/> for one that looks like an option.</summary>
    public static string[] Named(string[]? before, string[] afterSeparator, Command command)
    {
        foreach (string word in before ?? [])
            if (word.StartsWith('-') && word.Length > 1)
                throw new UsageException($"unknown option {word}{Spelling.Suggest(word, command.Options.Select(option => option.Name))}; see faultline {command.Name} --help (a file of that name: ./{word})");
        return [.. before ?? [], .. afterSeparator];
    }
}
