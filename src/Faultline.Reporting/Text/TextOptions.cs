namespace Faultline.Reporting;

/// <summary>
/// How a text report is laid out. <paramref name="Width"/> is a terminal's columns, null for files and pipes: then sentences wrap at
/// a readable width and no site name is shortened. <paramref name="Colour"/> only repeats what the words say.
/// </summary>
public sealed record TextOptions(int? Width = null, bool Colour = false, int Top = 10);
