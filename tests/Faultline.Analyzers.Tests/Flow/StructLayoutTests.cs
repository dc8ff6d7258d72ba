using System.Reflection;
using System.Runtime.CompilerServices;
using Faultline.Analyzers.Tests.Support;

namespace Faultline.Analyzers.Tests.Flow;

/// <summary>sizeof of source structs against the runtime that lays them out.</summary>
public class StructLayoutTests
{
    private const string Structs = """
        public struct Empty { }
        public struct Bytes { public byte A; public byte B; public byte C; }
        public struct Mixed { public byte A; public double B; public short C; }
        public struct Nested { public byte A; public Mixed B; public byte C; }
        public unsafe struct Pointers { public byte A; public void* B; public delegate* unmanaged<void> C; public nint D; }
        public unsafe struct Buffers { public byte A; public fixed ushort B[5]; public byte C; }
        public struct Values { public decimal A; public Guid B; public bool C; public char D; }
        public struct Enums { public DayOfWeek A; public Small B; }
        public enum Small : byte { X }
        [StructLayout(LayoutKind.Sequential, Pack = 1)] public struct Packed { public byte A; public long B; public int C; }
        [StructLayout(LayoutKind.Sequential, Pack = 2)] public struct PackedTwo { public byte A; public long B; }
        [StructLayout(LayoutKind.Sequential, Size = 100)] public struct Sized { public int A; }
        [StructLayout(LayoutKind.Sequential, Pack = 4, Size = 3)] public struct SizedLess { public long A; }
        [InlineArray(7)] public struct Inline { public int A; }
        public struct Generic<T> where T : unmanaged { public T A; public byte B; }
        public struct WithStatics { public static long S; public const int K = 3; public int A; public int P { get; set; } }
        public record struct Record(byte A, long B);
        """;

    [Fact]
    public void Sizes_are_the_runtimes()
    {
        Assembly compiled = Emit.Load(Structs);
        int compared = 0;
        foreach (Type type in compiled.GetExportedTypes().Where(t => t is { IsValueType: true, IsEnum: false, IsNested: false }))
        {
            Type closed = type.IsGenericType ? type.MakeGenericType(typeof(long)) : type;
            string name = type.IsGenericType ? "Generic<long>" : type.Name;
            object size = typeof(Unsafe).GetMethod("SizeOf")!.MakeGenericMethod(closed).Invoke(null, null)!;
            Assert.Equal($"{name}: heap {size} byte{(size is 1 ? "" : "s")}", $"{name}: {Sizes.Of($"p = NativeMemory.Alloc((nuint)sizeof({name}));", Structs)}");
            compared++;
        }

        Assert.Equal(16, compared);
    }

    [Theory]
    [InlineData("struct Outside { public DateTime When; }", "Outside")] // its fields are not all in the reference assembly
    [InlineData("[StructLayout(LayoutKind.Explicit)] struct Explicit { [FieldOffset(0)] public int A; }", "Explicit")]
    [InlineData("[StructLayout(LayoutKind.Auto)] struct Auto { public byte A; public int B; }", "Auto")]
    public void Other_layouts_have_at_least_a_byte(string declaration, string name)
        => Assert.Equal(Sizes.Nothing, Sizes.Of($"p = NativeMemory.Alloc((nuint)sizeof({name}));", declaration));
}
