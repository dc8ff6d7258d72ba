namespace Faultline.Tracing.Events;

/// <summary>How <see cref="TraceDamage.Position"/> counts.</summary>
public enum DamageUnit
{
    /// <summary>Bytes from the start of the file, from 0.</summary>
    Offset,

    /// <summary>Lines, from 1.</summary>
    Line,
}

/// <summary>
/// Where a trace stops to be readable, and why. What came before is good and was delivered; what comes after is left out.
/// A recording that was cut off (killed program, full disk) is the ordinary case of it.
/// </summary>
public sealed record TraceDamage(DamageUnit Unit, long Position, string Reason)
{
    public static TraceDamage AtOffset(long offset, string reason) => new(DamageUnit.Offset, offset, reason);

    public static TraceDamage AtLine(long line, string reason) => new(DamageUnit.Line, line, reason);

    /// <summary>One line: "line 17: …" or "offset 4096: …".</summary>
    public override string ToString() => $"{(Unit == DamageUnit.Line ? "line" : "offset")} {Position}: {Reason}";
}
