namespace Faultline.Weaver;

/// <summary>
/// One rewritten call. <see cref="Id"/> counts from 1 over the whole application. Type and method are named as the user wrote them
/// (no compiler-made names). <see cref="Api"/> is "NativeMemory.Alloc", or a P/Invoke's entry point ("malloc").
/// <see cref="File"/> is the path in the symbols, null where there are none; <see cref="Line"/> is then 0.
/// </summary>
public sealed record WovenSite(int Id, string Assembly, string Type, string Method, string Api, string? File, int Line)
{
    /// <summary>"Program.cs:12 Main", or "App!Program.Main" without symbols.</summary>
    public string Display => File is null ? $"{Assembly}!{Type}.{Method}" : $"{System.IO.Path.GetFileName(File)}:{Line} {Method}";
}
