// Counts the native allocation, reallocation and free calls that a sample makes itself, by hand, beside each call.
// With SAMPLE_COUNTS=FILE in the environment the total is written there at the end, as one line "calls N".

internal static class NativeCalls
{
    public static long Made;

    public static void WriteIfAsked()
    {
        if (Environment.GetEnvironmentVariable("SAMPLE_COUNTS") is { Length: > 0 } path)
            File.WriteAllText(path, $"calls {Made}\n");
    }
}
