using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Faultline.Weaver.Rewriting;

/// <summary>Maps an instruction of one method to the user's file and line by the method's sequence points.</summary>
internal readonly struct SourceLines(MethodDefinition method)
{
    private readonly IList<SequencePoint> points = method.DebugInformation.SequencePoints;

    /// <summary>
    /// The last visible point at or before the instruction; code that the compiler added (hidden points) belongs to the statement
    /// before it. Before the first visible one, that one counts: a method's first call is then still placed in its file.
    /// </summary>
    public (string? File, int Line) Find(Instruction instruction)
    {
        SequencePoint? best = null;
        foreach (SequencePoint point in points)
        {
            if (point.IsHidden)
                continue;
            if (point.Offset > instruction.Offset && best != null)
                break;
            best = point;
            if (point.Offset > instruction.Offset)
                break;
        }

        return best is null ? (null, 0) : (best.Document.Url, best.StartLine);
    }
}
