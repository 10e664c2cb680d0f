using System.Text;
using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Skbs;

namespace ZeroCopy.Properties.Report;

/// <summary>Pages and skbs over the steps of a replay: a lane for each, and in it after each step the count and a short mark for each holder. Where a reference goes missing, the marks and the count part.</summary>
internal sealed class Lanes
{
    internal const string PageCache = "c";
    internal const string TcpPage = "t";
    internal const string SwapCache = "w";
    internal const string InFragment = "f";
    internal const string InFault = "p";

    private const string Named = "n";
    private const string WriteQueue = "q";
    private const string Qdisc = "d";
    private const string Ring = "r";
    private const string Backlog = "b";
    private const string ReceiveQueue = "t";
    private const string Listed = "l";
    private const string Softirq = "s";
    private const string Nowhere = "?";
    private const string Gone = "x";
    private const string AsBefore = ".";
    private const string Apart = "!";

    private const int MostLanes = 10;
    private const int MostSteps = 12;
    private const int MostColumns = 108;

    // In the order in which the legend says them.
    private static readonly (string Mark, string Words)[] OfPages = [(PageCache, "page cache"), (InFragment, "fragment"), (TcpPage, "TCP_PAGE"), (SwapCache, "swap cache"), (InFault, "page fault")];

    private static readonly (string Mark, string Words)[] OfSkbs =
    [
        (Named, "name in the script"), (WriteQueue, "write_queue"), (Qdisc, "qdisc"), (Ring, "ring and its slot"), (Backlog, "backlog"), (ReceiveQueue, "receive_queue"),
        (Listed, "frag_list"), (Softirq, "completion_queue"), (Nowhere, "in no list"),
    ];

    private readonly List<Lane> _pages = [];
    private readonly List<Lane> _skbs = [];
    private readonly Dictionary<string, Lane> _lanes = [];
    private Picture? _before;
    private int _steps;

    /// <summary>Takes what there is after a step.</summary>
    public void Add(World world, Picture now)
    {
        _steps++;
        var open = new HashSet<string>();
        foreach (var page in world.Memory.InUse)
        {
            var holders = now.HoldersOf(page).Select(holder => holder.Mark).ToList();
            open.Add($"{page}");
            Put(_pages, $"{page}", $"{page.Count}{(page.Reserved || holders.Count == page.Count ? "" : Apart)}", holders);
        }

        MoveLanes(now);
        foreach (var (skb, name) in now.Skbs.OrderBy(skb => skb.Value, StringComparer.Ordinal))
        {
            var names = now.NamesOf(skb.Block);
            var isShared = skb.Block.DataRef != 1 || names != 1;
            open.Add(name);
            Put(_skbs, name, $"{skb.Users}{(isShared ? $"/{skb.Block.DataRef}" : "")}{(names == skb.Block.DataRef ? "" : Apart)}", HoldersOf(world, skb));
        }

        foreach (var name in _lanes.Keys.Except(open).ToList())
        {
            _lanes[name].Cells.Add((_steps, Gone, []));
            _lanes.Remove(name);
        }

        _before = now;
    }

    /// <summary>Markdown; empty where there was never a page or an skb.</summary>
    public string Text()
    {
        var all = _pages.Concat(_skbs).ToList();
        if (all.Count == 0)
        {
            return "";
        }

        var kept = all.OrderByDescending(lane => lane.LastChange).Take(MostLanes).ToHashSet();
        var lanes = all.Where(kept.Contains).ToList();
        var steps = lanes.SelectMany(lane => lane.Cells.Select(cell => cell.Step)).Append(_steps).Distinct().Order().TakeLast(MostSteps).ToList();
        var label = lanes.Max(lane => lane.Name.Length);
        while (steps.Count > 1 && label + steps.Select((_, i) => Width(lanes, steps, i)).Sum() > MostColumns)
        {
            steps.RemoveAt(0);
        }

        var text = new StringBuilder("```\n");
        Row(text, "step", label, lanes, steps, i => $"{steps[i]}");
        foreach (var lane in lanes)
        {
            Row(text, lane.Name, label, lanes, steps, i => lane.Shown(steps, i));
        }

        return text.Append("```\n\n").Append(Legend(lanes, all.Count - lanes.Count, steps[0])).ToString();
    }

    private static void Row(StringBuilder text, string name, int label, List<Lane> lanes, List<int> steps, Func<int, string> cell) =>
        text.Append(string.Concat([name.PadRight(label), .. steps.Select((_, i) => "  " + cell(i).PadRight(Width(lanes, steps, i) - 2))]).TrimEnd()).Append('\n');

    private static int Width(List<Lane> lanes, List<int> steps, int i) => 2 + Math.Max($"{steps[i]}".Length, lanes.Max(lane => lane.Shown(steps, i).Length));

    private string Legend(List<Lane> lanes, int leftOut, int first)
    {
        var text = new StringBuilder();
        void Say(string what, List<Lane> kind, (string Mark, string Words)[] marks, string rest)
        {
            var used = lanes.Where(kind.Contains).SelectMany(lane => lane.Cells).SelectMany(cell => cell.Holders).ToHashSet();
            if (used.Count > 0)
            {
                var said = marks.Where(mark => used.Any(holder => IsOf(holder, mark.Mark))).Select(mark => $"`{mark.Mark}` {mark.Words}").ToList();
                text.Append($"{what}{(said.Count == 0 ? "" : $": {string.Join(", ", said)}")}{(used.All(holder => marks.Any(mark => IsOf(holder, mark.Mark))) ? "" : rest)}. ");
            }
        }

        Say("A page has its count and its holders", _pages, OfPages, "; others by name");
        Say("An skb has its users, behind / the dataref of a block that is shared, and where it is", _skbs, OfSkbs, "");
        var cells = lanes.SelectMany(lane => lane.Cells).Select(cell => cell.Count).ToList();
        text.Append(cells.Exists(cell => cell.EndsWith(Apart, StringComparison.Ordinal)) ? $"`{Apart}` the count is not the number of holders. " : "")
            .Append($"`{AsBefore}` as before{(cells.Contains(Gone) ? $", `{Gone}` gone" : "")}. Steps that change no lane{(first > 1 && lanes.Exists(lane => lane.Cells[0].Step < first) ? ", and the earliest," : "")} are left out");
        return text.Append(leftOut == 0 ? ".\n" : $"; so are {leftOut} lanes that changed last before the others.\n").ToString();
    }

    private static bool IsOf(string holder, string mark) => holder == mark || (mark == Ring && holder.StartsWith(Ring, StringComparison.Ordinal));

    /// <summary>An skb that went on to another place keeps its lane; one that was freed and is used again has a new one.</summary>
    private void MoveLanes(Picture now)
    {
        if (_before is null)
        {
            return;
        }

        var moved = now.MovedSince(_before);
        foreach (var (skb, then) in _before.Skbs.Where(each => _lanes.ContainsKey(each.Value)).ToList())
        {
            if (moved.TryGetValue(then, out var name))
            {
                _lanes.Add(name, _lanes[then]);
                _lanes.Remove(then);
            }
            else if (now.Skbs.FirstOrDefault(each => each.Value == then).Key is { } other && other != skb)
            {
                _lanes.Remove(then);
            }
        }
    }

    private void Put(List<Lane> kind, string name, string count, IReadOnlyList<string> holders)
    {
        if (!_lanes.TryGetValue(name, out var lane))
        {
            _lanes.Add(name, lane = new Lane(name));
            kind.Add(lane);
        }

        if (lane.Cells.Count == 0 || lane.Cells[^1].Count != count || !lane.Cells[^1].Holders.SequenceEqual(holders))
        {
            lane.Cells.Add((_steps, count, holders));
        }
    }

    private static List<string> HoldersOf(World world, Skb skb)
    {
        var holders = new List<string>();
        for (var name = 0; name < world.SkbNames; name++)
        {
            AddIf(world.TrySkb(new SkbId(name)) == skb, Named);
        }

        foreach (var sock in world.Socks.OfType<TcpSock>())
        {
            AddIf(skb.List == sock.WriteQueue, WriteQueue);
        }

        foreach (var device in world.Devices)
        {
            AddIf(device.Bands.Contains(skb.List), Qdisc);
            for (var slot = 0; slot < device.Ring.Entries; slot++)
            {
                AddIf(Picture.OwnerOf(device, slot) == skb, $"{Ring}{slot}");
            }

            var held = new List<Skb>();
            device.AddHeld(held);
            AddIf(device.Ring.Entries == 0 && held.Contains(skb), Backlog);
        }

        foreach (var tap in world.Taps)
        {
            AddIf(skb.List == tap.ReceiveQueue, ReceiveQueue);
        }

        AddIf(world.Skbs.LiveBlocks.Any(block => block.FragList.Contains(skb)), Listed);
        AddIf(world.Skbs.CompletionQueue.Contains(skb), Softirq);
        AddIf(holders.Count == 0, Nowhere);
        return holders;

        void AddIf(bool holds, string mark)
        {
            if (holds)
            {
                holders.Add(mark);
            }
        }
    }

    /// <summary>One object, and what was seen of it at each step that changed that.</summary>
    private sealed class Lane(string name)
    {
        public string Name => name;

        public List<(int Step, string Count, IReadOnlyList<string> Holders)> Cells { get; } = [];

        public int LastChange => Cells[^1].Step;

        /// <summary>What stands in a column: what is new since the column before it.</summary>
        public string Shown(List<int> steps, int i)
        {
            var at = Cells.FindLastIndex(cell => cell.Step <= steps[i]);
            var isNew = at >= 0 && (i == 0 || Cells[at].Step > steps[i - 1]);
            return at < 0 || (!isNew && Cells[at].Count == Gone) ? "" : isNew ? $"{Cells[at].Count} {Marks(Cells[at].Holders)}".Trim() : AsBefore;
        }

        /// <summary>Letters in a row, names apart.</summary>
        private static string Marks(IReadOnlyList<string> holders) =>
            string.Join(' ', ((string[])[string.Concat(holders.Where(holder => holder.Length == 1)), .. holders.Where(holder => holder.Length > 1)]).Where(part => part.Length > 0));
    }
}
