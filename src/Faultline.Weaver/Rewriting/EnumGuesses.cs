// The rewriter's library looks up every type that a constant has (a default argument, a const field) to write the constant's own type
// beside it (ECMA-335 II.22.9). Where the assembly of an enum is not there, an optional dependency perhaps, it gives up on the whole
// file. But a constant that is a value type's and not null can only be an enum's, and its bits tell which integer is behind it.

using Mono.Cecil;

namespace Faultline.Weaver.Rewriting;

/// <summary>Resolves types as the library does; an enum that cannot be found is made up from the constants that were seen of it.</summary>
internal sealed class EnumGuesses(IAssemblyResolver assemblies) : MetadataResolver(assemblies)
{
    private readonly Dictionary<string, TypeDefinition> guesses = [];

    public override TypeDefinition? Resolve(TypeReference type)
    {
        try
        {
            if (base.Resolve(type) is { } found)
                return found;
        }
        catch (AssemblyResolutionException)
        {
            // The guess below, or none: then the caller says what it could not find.
        }

        return guesses.GetValueOrDefault(type.FullName);
    }

    /// <summary>Notes the enums of the module's constants.</summary>
    public void Collect(ModuleDefinition module)
    {
        foreach (TypeDefinition type in module.Types.Concat(module.Types.SelectMany(Nested)))
        {
            foreach (FieldDefinition field in type.Fields)
                Note(module, field.FieldType, field);
            foreach (MethodDefinition method in type.Methods)
                foreach (ParameterDefinition parameter in method.Parameters)
                    Note(module, parameter.ParameterType, parameter);
        }
    }

    private static IEnumerable<TypeDefinition> Nested(TypeDefinition type) => type.NestedTypes.Concat(type.NestedTypes.SelectMany(Nested));

    private void Note(ModuleDefinition module, TypeReference type, IConstantProvider owner)
    {
        if (type is GenericInstanceType { ElementType.FullName: "System.Nullable`1" } nullable)
            type = nullable.GenericArguments[0];
        if (type is not { MetadataType: MetadataType.ValueType, Scope: AssemblyNameReference } || !owner.HasConstant || owner.Constant is not { } constant)
            return;
        if (guesses.ContainsKey(type.FullName) || IntegerOf(module, constant) is not { } integer)
            return;
        TypeDefinition made = new(type.Namespace, type.Name, TypeAttributes.Public | TypeAttributes.Sealed, new TypeReference("System", "Enum", module, module.TypeSystem.CoreLibrary));
        made.Fields.Add(new FieldDefinition("value__", FieldAttributes.Public | FieldAttributes.SpecialName | FieldAttributes.RTSpecialName, integer));
        guesses.Add(type.FullName, made);
    }

    private static TypeReference? IntegerOf(ModuleDefinition module, object constant) => constant switch
    {
        sbyte => module.TypeSystem.SByte,
        byte => module.TypeSystem.Byte,
        short => module.TypeSystem.Int16,
        ushort => module.TypeSystem.UInt16,
        int => module.TypeSystem.Int32,
        uint => module.TypeSystem.UInt32,
        long => module.TypeSystem.Int64,
        ulong => module.TypeSystem.UInt64,
        _ => null,
    };
}
