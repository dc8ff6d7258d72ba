using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Faultline.Weaver.Applications;

/// <summary>The host's JSON files, which may have comments and trailing commas.</summary>
internal static class JsonFile
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static JsonObject Read(string path)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllBytes(path), documentOptions: Lenient) as JsonObject
                ?? throw new UnsupportedApplicationException($"{path} does not hold a JSON object");
        }
        catch (JsonException e)
        {
            throw new UnsupportedApplicationException($"{path} is not valid JSON (line {e.LineNumber + 1})", e);
        }
    }

    public static void Write(string path, JsonObject root)
    {
        using FileStream stream = File.Create(path);
        using Utf8JsonWriter writer = new(stream, Indented);
        root.WriteTo(writer);
    }
}
