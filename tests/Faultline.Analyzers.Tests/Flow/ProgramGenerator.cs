using System.Text;

namespace Faultline.Analyzers.Tests.Flow;

/// <summary>
/// Writes random methods over a few integer locals, with branches, bounded loops, switches, handlers and finally blocks. Each passes
/// what it has computed to malloc at many points.
/// </summary>
internal sealed class ProgramGenerator(Random random)
{
    private static readonly string[] Types = ["int", "uint", "long", "nuint", "byte", "ushort", "sbyte"];

    /// <summary>Locals of known value in place of constants, which the compiler would fold and check itself.</summary>
    private const int Known = 12;

    private readonly StringBuilder _text = new();
    private int _loops;
    private int _finallies;

    public string Method(string name)
    {
        _text.Clear();
        _text.AppendLine($"static void {name}(int a, uint b, long c, nuint d, byte e, ushort f, sbyte g) {{");
        for (int i = 0; i < Known; i++)
            _text.AppendLine($"long k{i} = {(i < 4 ? i : random.Next(1 << random.Next(3, 31)))};");
        _text.AppendLine("int x = 10; uint y = 20; long z = 30; nuint w = 40;");
        for (int i = 0; i < 6; i++)
            Statement(depth: 3);
        _text.AppendLine("}");
        return _text.ToString();
    }

    private void Statement(int depth)
    {
        switch (random.Next(depth == 0 ? 4 : 11))
        {
            case 0 or 1:
                string[] locals = ["x", "y", "z", "w"];
                int local = random.Next(4);
                _text.AppendLine($"{locals[local]} {(random.Next(3) == 0 ? "+" : "")}= {Expression(Types[local], 3)};");
                break;
            case 2:
                _text.AppendLine($"malloc((nint)({Expression(Types[random.Next(4)], 3)}));");
                break;
            case 3:
                _text.AppendLine($"malloc((nint){"xyzw"[random.Next(4)]});");
                break;
            case 4 or 5:
                _text.AppendLine($"if ({Condition()}) {{");
                Block(depth - 1);
                _text.AppendLine("} else {");
                Block(depth - 1);
                _text.AppendLine("}");
                break;
            case 6:
                string counter = $"i{_loops++}";
                _text.AppendLine($"for (int {counter} = 0; {counter} < {random.Next(1, 5)}; {counter}++) {{");
                Block(depth - 1);
                _text.AppendLine($"if ({Condition()}) {(random.Next(2) == 0 ? "break" : "continue")};");
                Block(depth - 1);
                _text.AppendLine("}");
                break;
            case 7:
                _text.AppendLine("try {");
                Block(depth - 1);
                _text.AppendLine($"if ({Condition()}) throw new InvalidOperationException();");
                Block(depth - 1);
                _text.AppendLine($"}} catch (InvalidOperationException) {(random.Next(2) == 0 ? $"when ({Condition()})" : "")} {{");
                Block(depth - 1);
                _text.AppendLine("}");
                break;
            case 8:
                _text.AppendLine("try {");
                Block(depth - 1);
                if (_finallies == 0)
                    _text.AppendLine($"if ({Condition()}) return;");
                Block(depth - 1);
                _text.AppendLine("} finally {");
                _finallies++;
                Block(depth - 1);
                _finallies--;
                _text.AppendLine("}");
                break;
            case 9:
                _text.AppendLine($"switch (e & 3) {{ case 0: x = {Expression("int", 2)}; break; case 1: y++; goto case 0; case > 2: {{ long t = z; z = x; x = (int)t; break; }} }}");
                break;
            default:
                _text.AppendLine($"{"xyzw"[random.Next(4)]}{(random.Next(2) == 0 ? "++" : "--")};");
                break;
        }
    }

    private void Block(int depth)
    {
        for (int i = random.Next(1, 3); i > 0; i--)
            Statement(depth);
    }

    private string Condition()
    {
        string type = Types[random.Next(4)];
        string[] operators = ["<", "<=", ">", ">=", "==", "!="];
        return random.Next(5) switch
        {
            0 => $"!({Condition()})",
            1 => $"{Leaf(type)} is > {random.Next(50)} and not {random.Next(200)} or {random.Next(50)}",
            2 => $"{Leaf(type)} < {random.Next(300)} {(random.Next(2) == 0 ? "&&" : "||")} {Leaf("int")} > {random.Next(300)}",
            _ => $"{Expression(type, 1)} {operators[random.Next(6)]} {Expression(type, 1)}",
        };
    }

    private string Expression(string type, int depth)
    {
        if (depth == 0)
            return Leaf(type);
        string one = Expression(type, depth - 1);
        string two = Expression(type, depth - 1);
        string result = random.Next(16) switch
        {
            0 => $"{one} + {two}",
            1 => $"{one} - {two}",
            2 => $"{one} * {two}",
            3 => $"{one} / {two}",
            4 => $"{one} % {two}",
            5 => $"{one} & {two}",
            6 => $"{one} | {two}",
            7 => $"{one} ^ {two}",
            8 => $"{one} << {random.Next(40)}",
            9 => $"{one} >> (int)(e & 7)",
            10 => $"{one} >>> {random.Next(40)}",
            11 => $"~({one})",
            12 => $"Math.Min({one}, {two})",
            13 => $"Math.Max({one}, {two})",
            14 => $"{Condition()} ? {one} : {two}",
            _ => Leaf(type),
        };
        string open = random.Next(6) == 0 ? "checked" : "";
        string inner = Types[random.Next(Types.Length)];
        return random.Next(4) == 0 ? $"({type})({inner})({result})" : $"({type}){open}({result})";
    }

    private string Leaf(string type) => random.Next(3) switch
    {
        0 => $"({type})k{random.Next(Known)}",
        1 => $"({type})({"abcdefg"[random.Next(7)]})",
        _ => $"({type})({"xyzw"[random.Next(4)]})",
    };
}
