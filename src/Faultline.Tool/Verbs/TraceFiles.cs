using System.CommandLine;
using Faultline.Tracing;
using Faultline.Tracing.Events;
using Faultline.Tracing.Importers;
using Faultline.Tracing.Text;

namespace Faultline.Tool.Verbs;

/// <summary>Traces that the command line names.</summary>
internal static class TraceFiles
{
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
    public static ITraceSource Open(string path)
    {
        if (Directory.Exists(path))
            throw new UsageException($"{path} is a folder: give a trace");
        if (!File.Exists(path))
            throw new UsageException($"no such file: {path}");
        try
        {
            return TraceImport.Open(path, new ImportOptions { Zstd = stream => new ZstdStream(stream) });
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
                throw new UsageException($"unknown option {word}; see faultline {command.Name} --help (a file of that name: ./{word})");
        return [.. before ?? [], .. afterSeparator];
    }
}
