// A P/Invoke's managed signature is the user's own: malloc(int), malloc(ulong), free(IntPtr), posix_memalign(out IntPtr, …). What is
// modelled here is what the runtime's marshaller does with each: x86-64's registers are 64 bits wide, and a 32-bit argument is
// put there by a move that clears the upper half, whatever its sign.

using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Faultline.Weaver.Rewriting;

internal enum ValueShape
{
    Nothing,
    Integer32,
    Integer64,
    Native,
    Reference,
    Unsupported,
}

/// <summary>Turns a value of the user's type into the C prototype's and back.</summary>
internal static class ArgumentConversion
{
    public static ValueShape ShapeOf(TypeReference type) => type switch
    {
        PointerType or FunctionPointerType => ValueShape.Native,
        ByReferenceType reference => ShapeOf(reference.ElementType) is ValueShape.Native or ValueShape.Integer64 ? ValueShape.Reference : ValueShape.Unsupported,
        IModifierType modified => ShapeOf(modified.ElementType),
        _ => type.MetadataType switch
        {
            MetadataType.Void => ValueShape.Nothing,
            MetadataType.IntPtr or MetadataType.UIntPtr => ValueShape.Native,
            MetadataType.Int64 or MetadataType.UInt64 => ValueShape.Integer64,
            MetadataType.Int32 or MetadataType.UInt32 or MetadataType.Int16 or MetadataType.UInt16 or MetadataType.Byte or MetadataType.SByte
                => ValueShape.Integer32,
            MetadataType.ValueType => ShapeOfEnum(type),
            _ => ValueShape.Unsupported,
        },
    };

    /// <summary>The instruction that widens or narrows an argument to the C parameter's type; null where the bits are right as they are.</summary>
    public static OpCode? ToNatural(ValueShape given, TypeReference natural) => ShapeOf(natural) switch
    {
        ValueShape.Integer32 => given == ValueShape.Integer32 ? null : OpCodes.Conv_I4,
        _ => given is ValueShape.Native ? null : OpCodes.Conv_U,
    };

    /// <summary>Leaves on the stack what a caller of the user's signature expects.</summary>
    public static void ReturnAs(ILProcessor il, TypeReference natural, TypeReference wanted)
    {
        ValueShape have = ShapeOf(natural), want = ShapeOf(wanted);
        if (want == ValueShape.Nothing)
        {
            if (have != ValueShape.Nothing)
                il.Emit(OpCodes.Pop);
            return;
        }

        if (have == ValueShape.Nothing)
        {
            il.Emit(OpCodes.Ldc_I4, 0);
            have = ValueShape.Integer32;
        }

        if (have == want)
            return;
        bool signed = have == ValueShape.Integer32;
        il.Emit(want switch
        {
            ValueShape.Integer32 => OpCodes.Conv_I4,
            ValueShape.Integer64 => signed ? OpCodes.Conv_I8 : OpCodes.Conv_U8,
            _ => signed ? OpCodes.Conv_I : OpCodes.Conv_U,
        });
    }

    private static ValueShape ShapeOfEnum(TypeReference type)
    {
        TypeDefinition? definition = TryResolve(type);
        if (definition is not { IsEnum: true })
            return ValueShape.Unsupported;
        return ShapeOf(definition.Fields.First(field => !field.IsStatic).FieldType);
    }

    private static TypeDefinition? TryResolve(TypeReference type)
    {
        try
        {
            return type.Resolve();
        }
        catch (AssemblyResolutionException)
        {
            return null;
        }
    }
}
