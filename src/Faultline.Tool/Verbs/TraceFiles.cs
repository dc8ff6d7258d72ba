using System.CommandLine;
using Faultline.Tracing;
using Faultline.Tracing.Text;

namespace Faultline.Tool.Verbs;

/// <summary>Text traces that the command line names.</summary>
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

    /// <summary>The words before and after "--"; throws <see cref="UsageException"/> for one that looks like an option.</summary>
    public static string[] Named(string[]? before, string[] afterSeparator, Command command)
    {
        foreach (string word in before ?? [])
            if (word.StartsWith('-') && word.Length > 1)
                throw new UsageException($"unknown option {word}; see faultline {command.Name} --help (a file of that name: ./{word})");
        return [.. before ?? [], .. afterSeparator];
    }
}
