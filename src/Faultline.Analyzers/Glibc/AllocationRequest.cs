// From .NET's calls to what the C library is asked for (.NET 10 on Unix):
//   NativeMemory.Alloc(n), AllocHGlobal, AllocCoTaskMem   malloc(n), with at least one byte
//   two-argument Alloc, AllocZeroed, calloc                count × size bytes; a product beyond the address space fails
//   AlignedAlloc(n, a)                                     aligned_alloc(a, n rounded up to a multiple of a), a at least 8
//   StringToHGlobalAnsi, StringToCoTaskMemAnsi             (length + 1) × 3 bytes, the most that UTF-8 may need
//   StringTo…Auto, StringToCoTaskMemUTF8                   one byte more than that
//   StringTo…Uni                                           (length + 1) × 2
//   StringToBSTR                                           an 8-byte prefix, the characters and a terminator, down to a multiple of 16

using System.Numerics;
using Faultline.Analyzers.Context;
using Faultline.Analyzers.Flow.Numbers;
using Faultline.Analyzers.Measurements;
using Faultline.Api;

namespace Faultline.Analyzers.Glibc;

/// <summary>What one call asks of the C library, within bounds.</summary>
internal sealed class AllocationRequest
{
    private const long DefaultAlignment = 16;
    private const int PointerBytes = 8;

    private AllocationRequest(AllocationCall call, Interval bytes, BigInteger alignment, bool populates = false)
    {
        Populates = populates;
        Call = call;
        Bytes = bytes;
        Alignment = alignment;
    }

    public AllocationCall Call { get; }

    /// <summary>The bytes that the C library is asked for.</summary>
    public Interval Bytes { get; }

    /// <summary>16 unless the call asks for more.</summary>
    public BigInteger Alignment { get; }

    public bool IsAligned => Alignment > DefaultAlignment;

    /// <summary>The kernel puts every page in during the call (MAP_POPULATE).</summary>
    public bool Populates { get; }

    public bool IsMapping => Call.Api.Family == AllocationFamily.Mapping;

    /// <summary>The bytes are those that a run of the program asked for, not bounds that hold for all runs.</summary>
    public bool IsMeasured { get; private set; }

    public bool IsResize => Call.Api.Effect == AllocationEffect.Reallocate;

    /// <summary>Null if the call allocates nothing (a null string, a file's mapping) or if nothing at all is known of its size.</summary>
    public static AllocationRequest? From(AllocationCall call, Interval[] arguments)
    {
        if (BytesOf(call, arguments) is not { } exact || exact.Low.Sign < 0 || exact.Low > Chunk.LargestRequest)
            return null;
        Interval bytes = exact.Meet(new Interval(BigInteger.Zero, Chunk.LargestRequest))!.Value;
        int alignment = call.Api.IndexOf(ParameterRole.Alignment);
        if (alignment < 0)
            return new AllocationRequest(call, bytes, DefaultAlignment, IsMmap(call) && Mapping.Populates(arguments));
        return AlignmentOf(call, arguments[alignment]) is { } to ? new AllocationRequest(call, RoundedBytes(call, bytes, to), to) : null;
    }

    /// <summary>What a run of the program asked for; null without sizes, for mmap, and where the alignment is not known.</summary>
    public static AllocationRequest? FromMeasured(AllocationCall call, MeasuredCost cost, AllocationRequest? bounds)
    {
        if (call.Api.Family == AllocationFamily.Mapping || cost.Smallest is not { } least || cost.Largest is not { } most || least > most || most > Chunk.LargestRequest)
            return null;
        if (call.Api.Has(ParameterRole.Alignment) && bounds == null)
            return null;
        BigInteger alignment = bounds?.Alignment ?? DefaultAlignment;
        Interval bytes = new(least, most);
        return new AllocationRequest(call, call.Api.Has(ParameterRole.Alignment) ? RoundedBytes(call, bytes, alignment) : bytes, alignment) { IsMeasured = true };
    }

    private static Interval? BytesOf(AllocationCall call, Interval[] arguments)
    {
        AllocationApi api = call.Api;
        if (api.Effect == AllocationEffect.AllocateString)
            return call.Argument(ParameterRole.Text) is { } text && !Constants.IsNull(Constants.WithoutConversions(text))
                ? StringBytes(api.Method, arguments[api.IndexOf(ParameterRole.Text)]) : null;
        if (IsMmap(call) && !Mapping.IsMemory(arguments))
            return null;
        if (api.Has(ParameterRole.Count))
            return IntervalArithmetic.Multiply(AsSize(arguments[api.IndexOf(ParameterRole.Count)]), AsSize(arguments[api.IndexOf(ParameterRole.ElementSize)]));
        return api.Has(ParameterRole.Size) ? AsSize(arguments[api.IndexOf(ParameterRole.Size)]) : null;
    }

    private static bool IsMmap(AllocationCall call) => call.Api.Method == "mmap";

    /// <summary>A negative int or nint becomes a huge size_t.</summary>
    private static Interval AsSize(Interval argument) => IntegerType.NUInt.Fit(argument, isChecked: false);

    /// <summary>Null for a SecureString, whose length is nobody's to know.</summary>
    private static Interval? StringBytes(string method, Interval length)
    {
        Interval withTerminator = IntervalArithmetic.Add(length, new Interval(BigInteger.One));
        if (method.StartsWith("SecureString", System.StringComparison.Ordinal))
            return null;
        if (method == "StringToBSTR")
        {
            Interval whole = IntervalArithmetic.Add(Times(length, 2), new Interval(PointerBytes + 2 + 15));
            return new Interval(whole.Low & -16, whole.High & -16);
        }

        if (method.EndsWith("Uni", System.StringComparison.Ordinal))
            return Times(withTerminator, 2);
        Interval utf8 = Times(withTerminator, 3);
        return method.EndsWith("Ansi", System.StringComparison.Ordinal) ? utf8 : IntervalArithmetic.Add(utf8, new Interval(BigInteger.One));
    }

    private static Interval Times(Interval value, int factor) => IntervalArithmetic.Multiply(value, new Interval(factor));

    /// <summary>The alignment that malloc serves, if it is known exactly; one that the call refuses gives null.</summary>
    private static BigInteger? AlignmentOf(AllocationCall call, Interval argument)
    {
        if (!argument.IsExact || !argument.Low.IsPowerOfTwo)
            return null;
        if (call.Api.Method == "posix_memalign" && argument.Low < PointerBytes)
            return null;
        return BigInteger.Max(argument.Low, DefaultAlignment);
    }

    /// <summary>NativeMemory rounds up to the alignment, since C wants a multiple of it; the C functions themselves do not.</summary>
    private static Interval RoundedBytes(AllocationCall call, Interval bytes, BigInteger alignment)
    {
        if (call.Api.Family != AllocationFamily.NativeMemoryAligned)
            return bytes;
        Interval rounded = new(RoundUp(bytes.Low, alignment), RoundUp(bytes.High, alignment));
        return rounded;
    }

    private static BigInteger RoundUp(BigInteger bytes, BigInteger multiple) => bytes.IsZero ? multiple : (bytes + multiple - 1) & -multiple;
}
