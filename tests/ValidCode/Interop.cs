namespace ValidCode;

/// <summary>Structures with native strings in them, and marshallers.</summary>
internal struct Options
{
    public string? Name;
    public string? Path;

    internal struct Native
    {
        public nint Name;
        public nint Path;
    }

    internal readonly void MarshalTo(ref Native native)
    {
        native.Name = Marshal.StringToHGlobalAnsi(Name);
        native.Path = Marshal.StringToHGlobalAnsi(Path);
    }

    internal static void MarshalFree(ref Native native)
    {
        Marshal.FreeHGlobal(native.Name);
        Marshal.FreeHGlobal(native.Path);
    }
}

internal sealed class TextMarshaler : ICustomMarshaler
{
    public nint MarshalManagedToNative(object managed) => Marshal.StringToCoTaskMemUTF8((string)managed);

    public object MarshalNativeToManaged(nint native) => Marshal.PtrToStringUTF8(native)!;

    public void CleanUpNativeData(nint native) => Marshal.FreeCoTaskMem(native);

    public void CleanUpManagedData(object managed)
    {
    }

    public int GetNativeDataSize() => -1;
}

[System.Runtime.InteropServices.Marshalling.CustomMarshaller(typeof(string), System.Runtime.InteropServices.Marshalling.MarshalMode.ManagedToUnmanagedIn, typeof(Utf8In))]
internal static unsafe class Utf8In
{
    public static byte* ConvertToUnmanaged(string? text) => (byte*)Marshal.StringToCoTaskMemUTF8(text);

    public static void Free(byte* text) => Marshal.FreeCoTaskMem((nint)text);
}

[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class TakesOwnershipAttribute : Attribute;

internal static unsafe class Calls
{
    public static T FromNative<T>(Action<nint> fill)
        where T : struct
    {
        nint block = Marshal.AllocHGlobal(Marshal.SizeOf<T>());
        try
        {
            fill(block);
            return Marshal.PtrToStructure<T>(block);
        }
        finally
        {
            Marshal.FreeHGlobal(block);
        }
    }

    public static void ToNative<T>(T value, Action<nint> use)
        where T : struct
    {
        nint block = Marshal.AllocHGlobal(Marshal.SizeOf<T>());
        try
        {
            Marshal.StructureToPtr(value, block, false);
            use(block);
            Marshal.DestroyStructure<T>(block);
        }
        finally
        {
            Marshal.FreeHGlobal(block);
        }
    }

    public static int Strings(string[] values)
    {
        nint* table = (nint*)Libc.calloc((nuint)values.Length, (nuint)sizeof(nint));
        if (table == null)
            return -1;
        try
        {
            for (int i = 0; i < values.Length; i++)
                table[i] = Marshal.StringToCoTaskMemUTF8(values[i]);
            return Zip.attach(0, (nint)table, (nuint)values.Length);
        }
        finally
        {
            for (int i = 0; i < values.Length; i++)
                Marshal.FreeCoTaskMem(table[i]);
            Libc.free((nint)table);
        }
    }

    public static string? Error(int code)
    {
        nint text = Zip.open(code);
        if (text == 0)
            return null;
        string? message = Marshal.PtrToStringAnsi(text);
        Marshal.FreeCoTaskMem(text);
        return message;
    }

    public static void Clipboard(string text)
    {
        nint block = Marshal.StringToHGlobalUni(text);
        Put(block);
    }

    public static void Walk(nint list, int count)
    {
        nint at = list;
        for (int i = 0; i < count; i++)
        {
            _ = Marshal.ReadInt32(at);
            at = IntPtr.Add(at, sizeof(int));
        }

        Marshal.FreeCoTaskMem(list);
    }

    public static byte[] Bytes(nint given, int length)
    {
        byte[] bytes = new byte[length];
        Marshal.Copy(given, bytes, 0, length);
        Marshal.FreeCoTaskMem(given);
        return bytes;
    }

    private static int Put([TakesOwnership] nint block) => Marshal.ReadInt32(block);
}
