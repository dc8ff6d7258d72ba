using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Faultline.Analyzers.Measurements;

namespace Faultline.Analyzers.Tests.Measurements;

/// <summary>The rules' own JSON reader beside System.Text.Json.</summary>
public class JsonTests
{
    private static readonly Gen<JsonNode?> s_scalars = Gen.OneOf(
        Gen.String.Select(text => (JsonNode?)JsonValue.Create(text)),
        Gen.Double.Where(double.IsFinite).Select(number => (JsonNode?)JsonValue.Create(number)),
        Gen.Bool.Select(flag => (JsonNode?)JsonValue.Create(flag)),
        Gen.Const((JsonNode?)null));

    private static readonly Gen<JsonNode?> s_values = Around(Around(Around(s_scalars)));

    [Fact]
    public void It_reads_what_is_written()
        => s_values.Sample(value => Assert.Equal(Flat(value), Flat(Json.Parse(value?.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) ?? "null"))), iter: 2000);

    [Theory]
    [InlineData("", "line 1, column 1: a value is expected, not the end")]
    [InlineData("{\n  \"a\" 1 }", "line 2, column 7: ':' is expected, not '1'")]
    [InlineData("[1 2]", "line 1, column 4: ',' is expected, not '2'")]
    [InlineData("[1,]", "line 1, column 4: a value is expected, not ']'")]
    [InlineData("{,}", "line 1, column 2: a name is expected, not ','")]
    [InlineData("\"a\nb\"", "line 1, column 3: the string's end is expected, not '\n'")]
    [InlineData("\"\\q\"", "line 1, column 3: an escape is expected, not 'q'")]
    [InlineData("\"\\u12\"", "line 1, column 3: four hexadecimal digits is expected, not 'u'")]
    [InlineData("nul", "line 1, column 1: 'null' is expected, not 'n'")]
    [InlineData("1 1", "line 1, column 3: the end is expected, not '1'")]
    [InlineData("-", "line 1, column 1: a value is expected, not '-'")]
    public void What_is_wrong_is_said_with_its_place(string text, string message) => Assert.Equal(message, Assert.Throws<FormatException>(() => Json.Parse(text)).Message);

    [Fact]
    public void Deep_nesting_is_refused() => Assert.Throws<FormatException>(() => Json.Parse(new string('[', 100_000)));

    private static Gen<JsonNode?> Around(Gen<JsonNode?> inner) => Gen.OneOf(
        inner,
        inner.Array[0, 4].Select(items => (JsonNode?)new JsonArray([.. items.Select(item => item?.DeepClone())])),
        Gen.Select(Gen.String, inner).Array[0, 4].Select(members => (JsonNode?)new JsonObject(
            members.DistinctBy(member => member.Item1).Select(member => KeyValuePair.Create(member.Item1, member.Item2?.DeepClone())))));

    private static string Flat(JsonNode? node) => node switch
    {
        null => "null",
        JsonArray array => "[" + string.Join(",", array.Select(Flat)) + "]",
        JsonObject members => "{" + string.Join(",", members.Select(member => member.Key + ":" + Flat(member.Value))) + "}",
        _ => node.GetValueKind() == JsonValueKind.Number ? node.GetValue<double>().ToString("R", CultureInfo.InvariantCulture) : node.ToString(),
    };

    private static string Flat(object? value) => value switch
    {
        null => "null",
        List<object?> items => "[" + string.Join(",", items.Select(Flat)) + "]",
        Dictionary<string, object?> members => "{" + string.Join(",", members.Select(member => member.Key + ":" + Flat(member.Value))) + "}",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        bool flag => flag ? "true" : "false",
        _ => (string)value,
    };
}
