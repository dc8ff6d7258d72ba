using System.Globalization;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Faultline.CodeFixes;

/// <summary>What stackalloc has to be written with: the pointee and how many of them, as the source says it where it does.</summary>
internal sealed class StackElements
{
    private StackElements(string typeName, string count, int? number)
    {
        TypeName = typeName;
        Written = count;
        Text = $"stackalloc {typeName}[{count}]";
        Count = number;
    }

    public string TypeName { get; }

    /// <summary>How many, as an expression of type int.</summary>
    public string Written { get; }

    /// <summary>stackalloc int[16].</summary>
    public string Text { get; }

    /// <summary>Null where the size of the type is not known.</summary>
    public int? Count { get; }

    /// <summary>Null where the bytes are no whole number of a type of known size.</summary>
    public static StackElements? Of(ILocalSymbol local, InvocationExpressionSyntax call, int bytes, SemanticModel model, CancellationToken cancel)
    {
        ITypeSymbol? pointee = local.Type is IPointerTypeSymbol { PointedAtType: var type } && type.SpecialType != SpecialType.System_Void ? type : null;
        string name = pointee?.ToMinimalDisplayString(model, call.SpanStart) ?? "byte";
        if (CountIn(call, name, model, cancel) is { } written)
            return new StackElements(name, written, bytes / SizeOf(pointee));
        return SizeOf(pointee) is { } size && bytes % size == 0 ? new StackElements(name, (bytes / size).ToString(CultureInfo.InvariantCulture), bytes / size) : null;
    }

    private static int? SizeOf(ITypeSymbol? type) => type?.SpecialType switch
    {
        null or SpecialType.System_Byte or SpecialType.System_SByte or SpecialType.System_Boolean => 1,
        SpecialType.System_Int16 or SpecialType.System_UInt16 or SpecialType.System_Char => 2,
        SpecialType.System_Int32 or SpecialType.System_UInt32 or SpecialType.System_Single => 4,
        SpecialType.System_Int64 or SpecialType.System_UInt64 or SpecialType.System_Double => 8,
        SpecialType.System_IntPtr or SpecialType.System_UIntPtr => 8,
        _ => type is IPointerTypeSymbol ? 8 : null,
    };

    /// <summary>The n of Alloc(n, sizeof(T)), n * sizeof(T), sizeof(T) (one), or of bytes for a type of one byte.</summary>
    private static string? CountIn(InvocationExpressionSyntax call, string type, SemanticModel model, CancellationToken cancel)
    {
        ExpressionSyntax[] arguments = [.. call.ArgumentList.Arguments.Select(argument => Bare(argument.Expression))];
        string size = $"sizeof({type})";
        if (arguments.Length == 2)
            return arguments[1].ToString() == size ? AsCount(arguments[0], model, cancel) : null;
        if (arguments.Length != 1)
            return null;
        if (arguments[0].ToString() == size)
            return "1";
        if (arguments[0] is BinaryExpressionSyntax product && product.IsKind(SyntaxKind.MultiplyExpression))
        {
            if (Bare(product.Right).ToString() == size)
                return AsCount(product.Left, model, cancel);
            if (Bare(product.Left).ToString() == size)
                return AsCount(product.Right, model, cancel);
        }

        return type is "byte" or "sbyte" or "bool" ? AsCount(arguments[0], model, cancel) : null;
    }

    private static string? AsCount(ExpressionSyntax count, SemanticModel model, CancellationToken cancel)
    {
        count = Bare(count);
        return model.GetConstantValue(count, cancel) is { HasValue: true, Value: int or uint } && !count.DescendantTrivia().Any(trivia => trivia.IsKind(SyntaxKind.EndOfLineTrivia))
            ? count.WithoutTrivia().ToString() : null;
    }

    private static ExpressionSyntax Bare(ExpressionSyntax expression)
    {
        while (true)
        {
            if (expression is ParenthesizedExpressionSyntax parentheses)
                expression = parentheses.Expression;
            else if (expression is CastExpressionSyntax { Type: var type } cast && type.ToString() is "nuint" or "nint" or "IntPtr" or "UIntPtr")
                expression = ((CastExpressionSyntax)expression).Expression;
            else
                return expression;
        }
    }
}
