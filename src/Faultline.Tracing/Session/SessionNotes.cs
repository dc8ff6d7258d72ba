using System.Text;

namespace Faultline.Tracing.Session;

/// <summary>One remark of the shim: a kind such as "observer" or "threads", and a sentence for the report.</summary>
public readonly record struct SessionNote(string Kind, string Text);

/// <summary>The notes of a session: lines "kind\ttext\n" in UTF-8. Appending is for one writer at a time.</summary>
public static unsafe class SessionNotes
{
    /// <summary>Adds a line; dropped when the notes are full. Tabs and line ends in the text become blanks.</summary>
    public static void Append(SessionFile file, string kind, string text)
    {
        byte[] line = Encoding.UTF8.GetBytes($"{Clean(kind)}\t{Clean(text)}\n");
        uint used = file.Header->NotesBytes;
        if (used + (uint)line.Length > SessionLayout.NotesCapacity)
            return;
        line.CopyTo(new Span<byte>(Area(file) + used, line.Length));
        Volatile.Write(ref file.Header->NotesBytes, used + (uint)line.Length);
    }

    public static IReadOnlyList<SessionNote> Read(SessionFile file)
    {
        uint used = Math.Min(Volatile.Read(ref file.Header->NotesBytes), SessionLayout.NotesCapacity);
        string text = Encoding.UTF8.GetString(Area(file), (int)used);
        var notes = new List<SessionNote>();
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            int tab = line.IndexOf('\t');
            notes.Add(tab < 0 ? new SessionNote("", line) : new SessionNote(line[..tab], line[(tab + 1)..]));
        }

        return notes;
    }

    private static byte* Area(SessionFile file) => (byte*)file.Header + SessionLayout.NotesOffset;

    private static string Clean(string text) => text.Replace('\t', ' ').Replace('\n', ' ').Replace('\r', ' ');
}
