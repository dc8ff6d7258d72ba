using System.Text.Json;

namespace Faultline.BenchmarkDotNet;

/// <summary>
/// What the measured iterations of a benchmark did to native memory, all together, and how many operations these were; or why there is nothing. Goes from the benchmark's
/// process to BenchmarkDotNet's as a file.
/// </summary>
internal sealed record NativeFigures(
    long Operations = 0, long Allocations = 0, long Bytes = 0, long LeftBytes = 0, long MinorFaults = 0, long BrkCalls = 0, long MmapCalls = 0, string? Failure = null)
{
    /// <summary>Under a temporary name until it is whole.</summary>
    public void Write(string path)
    {
        string temporary = path + ".tmp";
        File.WriteAllText(temporary, JsonSerializer.Serialize(this));
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Reads such a file and deletes it. Throws <see cref="InvalidDataException"/>, with the reason, where there are no figures.</summary>
    public static NativeFigures Take(string path)
    {
        if (!File.Exists(path))
            throw new InvalidDataException("its process left none: it was ended before its last iteration, or it is one that runs no startup hooks (NativeAOT)");
        try
        {
            NativeFigures figures = JsonSerializer.Deserialize<NativeFigures>(File.ReadAllText(path)) ?? throw new InvalidDataException("its process left an empty file");
            return figures.Failure != null ? throw new InvalidDataException(figures.Failure)
                : figures.Operations > 0 ? figures : throw new InvalidDataException("it had no measured iteration");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"its process left a file that is no JSON: {e.Message}");
        }
        finally
        {
            File.Delete(path);
        }
    }
}
