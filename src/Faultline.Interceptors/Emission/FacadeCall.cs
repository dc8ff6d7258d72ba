using System.Collections.Generic;
using System.Linq;
using Faultline.Api;
using Faultline.Interceptors.Calls;
using Microsoft.CodeAnalysis;

namespace Faultline.Interceptors.Emission;

/// <summary>
/// The code of one interceptor: the intercepted method's own signature, and a call of the shim's facade with the site's number. The arguments of a
/// P/Invoke are converted as the runtime's marshaller passes them: a 32-bit argument is put into a 64-bit register by a move that clears the upper half.
/// </summary>
internal static class FacadeCall
{
    /// <summary>Stands for the site's number.</summary>
    public const string Number = "\u00a7";

    private const string Site = "Base + " + Number;

    private static readonly SymbolDisplayFormat s_type = SymbolDisplayFormat.FullyQualifiedFormat
        .WithMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.UseSpecialTypes | SymbolDisplayMiscellaneousOptions.EscapeKeywordIdentifiers);

    public static string Write(IMethodSymbol method, AllocationApi api, bool allowsUnsafe)
    {
        string parameters = string.Join(", ", method.Parameters.Select((parameter, i) => $"{Reference(parameter.RefKind)}{TypeOf(parameter.Type)} a{i}"));
        string head = $"internal static {(allowsUnsafe ? "unsafe " : "")}{TypeOf(method.ReturnType)} S{Number}({parameters})";
        if (LibcImport.Of(method) is { } import)
            return $"{head}\n{{\n{Body(method, import, allowsUnsafe)}}}\n";
        string arguments = string.Join(", ", method.Parameters.Select((_, i) => $"a{i}").Concat([Site]));
        return $"{head}\n    => global::{api.FacadeType}.{api.Method}({arguments});\n";
    }

    private static string Body(IMethodSymbol method, LibcImport import, bool allowsUnsafe)
    {
        AllocationApi api = import.Api;
        string pointer = allowsUnsafe ? "void*" : "nint";
        string facade = allowsUnsafe ? api.FacadeType : "Faultline.Shim.LibcAddresses";
        List<string> lines = [], arguments = [];
        for (int i = 0; i < api.ParameterTypes.Count; i++)
            arguments.Add(i < method.Parameters.Length ? Argument(method.Parameters[i], i, Natural(api.ParameterTypes[i], pointer), allowsUnsafe, lines) : $"({pointer})0");
        string call = $"global::{facade}.{api.Method}({string.Join(", ", arguments.Concat([Site]))})";
        string indent = lines.Count > 0 ? "        " : "    ";
        bool answers = api.ReturnType != "System.Void";
        string text = string.Concat(lines);
        if (import.KeepsError)
            text += $"{indent}global::System.Runtime.InteropServices.Marshal.SetLastSystemError(0);\n";
        text += answers ? $"{indent}var answer = {call};\n" : $"{indent}{call};\n";
        if (import.KeepsError)
            text += $"{indent}global::System.Runtime.InteropServices.Marshal.SetLastPInvokeError(global::System.Runtime.InteropServices.Marshal.GetLastSystemError());\n";
        if (!method.ReturnsVoid)
            text += $"{indent}return {Returned(method.ReturnType, answers ? api.ReturnType : null)};\n";
        return lines.Count > 0 ? text + "    }\n" : text;
    }

    private static string Argument(IParameterSymbol parameter, int index, string natural, bool allowsUnsafe, List<string> lines)
    {
        if (parameter.RefKind != RefKind.None && !allowsUnsafe)
            return $"out a{index}";
        if (parameter.RefKind != RefKind.None)
        {
            // A reference may point into an object that moves; the marshaller pins it for the time of the call.
            lines.Add($"    fixed ({TypeOf(parameter.Type)}* p{index} = &a{index})\n    {{\n");
            return $"(void**)p{index}";
        }

        ValueShape shape = ValueShapes.Of(parameter.Type);
        string bits = shape == ValueShape.Integer32 && natural != "int" ? $"(uint)a{index}" : $"a{index}";
        if (shape == ValueShape.Integer64 && natural is "void*" or "void**")
            bits = $"(nint)a{index}";
        return shape == ValueShape.Integer32 && natural is "void*" or "void**" ? $"unchecked(({natural})(nuint)(uint)a{index})" : $"unchecked(({natural}){bits})";
    }

    /// <summary>The C prototype's type as the facade has it.</summary>
    private static string Natural(string type, string pointer) => type switch
    {
        "System.UIntPtr" => "nuint",
        "System.IntPtr" => "nint",
        "System.Int32" => "int",
        "System.Void**" when pointer == "void*" => "void**",
        _ => pointer,
    };

    private static string Returned(ITypeSymbol wanted, string? answered)
    {
        string type = TypeOf(wanted);
        if (answered == null)
            return wanted is IPointerTypeSymbol or IFunctionPointerTypeSymbol ? "null" : "default";
        bool throughNative = answered == "System.Void*" && wanted is not (IPointerTypeSymbol or IFunctionPointerTypeSymbol);
        bool throughPointer = answered != "System.Void*" && wanted is IPointerTypeSymbol or IFunctionPointerTypeSymbol;
        return $"unchecked(({type}){(throughNative || throughPointer ? "(nint)" : "")}answer)";
    }

    private static string TypeOf(ITypeSymbol type) => type.ToDisplayString(s_type);

    private static string Reference(RefKind kind) => kind switch
    {
        RefKind.Ref => "ref ",
        RefKind.Out => "out ",
        _ => "",
    };
}
