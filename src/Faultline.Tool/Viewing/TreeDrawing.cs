using Faultline.Reporting.Views;
using Spectre.Console;

namespace Faultline.Tool.Viewing;

/// <summary>
/// A call tree as branches. Frames that have one callee only, to which all of theirs goes, stand below each other without going deeper: a stack of forty frames must not need forty
/// indents.
/// </summary>
internal static class TreeDrawing
{
    /// <summary>Frames of one chain that are shown: the first and the last ones.</summary>
    private const int Ahead = 2, Behind = 4;

    private static readonly Style s_large = new(decoration: Decoration.Bold);

    public static Tree Of(CallTree tree)
    {
        Tree drawing = new Tree(new Text($"{tree.Root.Text}  {tree.Metric.Name}: {tree.Metric.Meaning}")).Guide(TreeGuide.Line);
        AddChildren(drawing, tree.Root);
        return drawing;
    }

    private static void AddChildren(IHasTreeNodes parent, CallTreeNode node)
    {
        foreach (CallTreeNode child in node.Children)
        {
            List<CallTreeNode> chain = [child];
            while (chain[^1] is { Children: [var only], Hidden: null } last && only.Value == last.Value)
                chain.Add(only);
            AddChildren(parent.AddNode(Label(chain)), chain[^1]);
        }

        if (node.Hidden is { } hidden)
            parent.AddNode(new Text($"… {hidden}"));
    }

    private static Grid Label(List<CallTreeNode> chain)
    {
        Grid grid = new();
        grid.AddColumn(new GridColumn().NoWrap().Padding(0, 0, 2, 0));
        grid.AddColumn(new GridColumn().Padding(0, 0, 0, 0));
        string figures = $"{chain[0].Text}  {chain[0].ShareText}";
        Style style = chain[0].Share >= 0.5 ? s_large : Style.Plain;
        foreach (string name in Names(chain))
        {
            grid.AddRow(new Text(figures, style), new Text(ViewPage.Plain(name), style));
            figures = "";
        }

        return grid;
    }

    private static IEnumerable<string> Names(List<CallTreeNode> chain)
    {
        IEnumerable<string> names = chain.Select(node => node.Name);
        int between = chain.Count - Ahead - Behind;
        return between <= 1 ? names : [.. names.Take(Ahead), $"… {between} frames, each called by the one above (--json has them)", .. names.TakeLast(Behind)];
    }
}
