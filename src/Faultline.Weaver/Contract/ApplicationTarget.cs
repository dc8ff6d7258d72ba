namespace Faultline.Weaver;

/// <summary>What to run: app.dll, an executable that starts one, or a single-file executable; and the arguments that the program itself gets.</summary>
public sealed record ApplicationTarget(string Path, IReadOnlyList<string> Arguments);
