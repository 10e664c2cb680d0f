using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace ZeroCopy.Properties.Fork;

/// <summary>Copies over the number of pages that the parent writes, the first ones; the child writes what the experiment says. What was measured beside what is expected.</summary>
/// <param name="experiment">Pages, what the child writes, and what it does then. What the parent writes is the chart's own.</param>
/// <param name="orders">A curve for each.</param>
/// <param name="machine">Where it was measured, in words.</param>
public sealed class ForkChart(ForkExperiment experiment, IReadOnlyList<ForkOrder> orders, string machine)
{
    private const int MeasuredMax = 32;
    private const int ExpectedMax = 512;
    private const int Width = 900;
    private const int Height = 560;
    private const double Room = 0.02;
    private const int LongestSpelledRange = 24;
    private const string Font = "Arial, Helvetica, sans-serif";

    private readonly List<(int Written, ForkOutcome Outcome)> _measured = [];

    /// <summary>Runs of the experiment that it takes.</summary>
    public int Runs => orders.Count * Sample(MeasuredMax).Count();

    /// <summary>What was measured so far.</summary>
    public IEnumerable<ForkOutcome> Outcomes => _measured.Select(point => point.Outcome);

    /// <summary>Measures, to the end or until cancelled (<see cref="OperationCanceledException"/>).</summary>
    /// <param name="on">Runs the experiment again and again.</param>
    /// <param name="afterEach">Is told how many runs are done.</param>
    /// <param name="cancel">Stops between two writes.</param>
    public void Measure(ForkMachine on, Action<int> afterEach, CancellationToken cancel)
    {
        foreach (var order in orders)
        {
            foreach (var written in Sample(MeasuredMax))
            {
                _measured.Add((written, Writing(written).Run(on, order, cancel)));
                afterEach(_measured.Count);
            }
        }
    }

    /// <summary>The picture: for equal arguments the same bytes.</summary>
    public string Svg()
    {
        var model = new PlotModel
        {
            Title = "Pages copied after fork",
            Subtitle = $"{experiment.Pages} anonymous page{(experiment.Pages == 1 ? "" : "s")}, each written before fork; the child writes {Spell(experiment.ChildWrites)}; {machine}",
            DefaultFont = Font,
            DefaultFontSize = 14,
            TitleFontSize = 20,
            SubtitleFontSize = 14,
            Background = OxyColors.White,
            Padding = new OxyThickness(16, 14, 16, 12),
            TitlePadding = 10,
        };
        model.Legends.Add(new Legend
        {
            LegendPlacement = LegendPlacement.Outside,
            LegendPosition = LegendPosition.BottomLeft,
            LegendOrientation = LegendOrientation.Vertical,
            LegendSymbolLength = 40,
            LegendFontSize = 14,
            LegendLineSpacing = 4,
            LegendMargin = 4,
        });
        var most = orders.Max(order => Math.Max(Writing(experiment.Pages).Expected(order), _measured.Where(point => point.Outcome.Order == order).Max(point => point.Outcome.Cost.Copies)));
        model.Axes.Add(AxisOf(AxisPosition.Bottom, "x: the parent writes the first x pages", experiment.Pages));
        model.Axes.Add(AxisOf(AxisPosition.Left, "copies, from the return of fork on", most));
        foreach (var order in orders)
        {
            model.Series.Add(Expected(order));
            model.Series.Add(Measured(order));
        }

        // Not every reader of SVG knows dominant-baseline.
        return new SvgExporter { Width = Width, Height = Height, UseVerticalTextAlignmentWorkaround = true, TextMeasurer = new RoomyText() }.ExportToString(model);
    }

    /// <summary>The name of a curve: who ran first, and where it matters what the child did.</summary>
    public static string NameOf(ForkOrder order, Then then) => order == ForkOrder.Parent ? "parent first" : then switch
    {
        Then.Exec => "child first, then exec",
        Then.Exit => "child first, then exit",
        _ => "child first, and it stays",
    };

    private static string Spell(PageSet set) => set.ToString() is { Length: <= LongestSpelledRange } ranges ? set.Count == 0 ? "none of them" : ranges : $"{set.Count} of them";

    private static LinearAxis AxisOf(AxisPosition position, string title, double most) => new()
    {
        Position = position,
        Title = title,
        Unit = "pages",
        TitleFontSize = 15,
        AxisTitleDistance = 12,
        // Room for the markers at the ends.
        Minimum = -Room * Math.Max(1, most),
        Maximum = (1 + Room) * Math.Max(1, most),
        IntervalLength = 45,
        MinimumMajorStep = 1,
        MinimumMinorStep = 1,
        MajorGridlineStyle = LineStyle.Solid,
        MajorGridlineColor = OxyColor.FromRgb(0xe4, 0xe4, 0xe4),
        TickStyle = TickStyle.Outside,
    };

    private ForkExperiment Writing(int pages) => experiment with { ParentWrites = PageSet.First(pages) };

    /// <summary>Numbers of pages from 0 to all, evenly, so many steps at most.</summary>
    private IEnumerable<int> Sample(int steps)
    {
        var count = Math.Min(steps, experiment.Pages);
        return Enumerable.Range(0, count + 1).Select(i => (int)((long)experiment.Pages * i / count));
    }

    private LineSeries Expected(ForkOrder order)
    {
        var line = new LineSeries
        {
            Title = $"{NameOf(order, experiment.Then)}: expected, {(experiment.IsUnion(order) ? "pages that either writes" : "pages that the child writes")}",
            Color = ColorOf(order),
            LineStyle = order == ForkOrder.Parent ? LineStyle.Solid : LineStyle.Dash,
            StrokeThickness = order == ForkOrder.Parent ? 2.5 : 1.5,
        };
        line.Points.AddRange(Sample(ExpectedMax).Select(written => new DataPoint(written, Writing(written).Expected(order))));
        return line;
    }

    private LineSeries Measured(ForkOrder order)
    {
        var points = new LineSeries
        {
            Title = $"{NameOf(order, experiment.Then)}: measured",
            Color = OxyColors.Transparent,
            LineStyle = LineStyle.None,
            MarkerType = order == ForkOrder.Parent ? MarkerType.Circle : MarkerType.Square,
            // Where both lie on one another, both are seen.
            MarkerSize = order == ForkOrder.Parent ? 3 : 5.5,
            MarkerFill = order == ForkOrder.Parent ? ColorOf(order) : OxyColors.Transparent,
            MarkerStroke = ColorOf(order),
            MarkerStrokeThickness = 1.5,
        };
        points.Points.AddRange(_measured.Where(point => point.Outcome.Order == order).Select(point => new DataPoint(point.Written, point.Outcome.Cost.Copies)));
        return points;
    }

    private static OxyColor ColorOf(ForkOrder order) => order == ForkOrder.Parent ? OxyColor.FromRgb(0x1f, 0x5a, 0xa6) : OxyColor.FromRgb(0xc0, 0x4a, 0x0f);

    /// <summary>How large a text will be. OxyPlot's own measure is in points where SVG counts pixels, and knows Arial; a reader may have no font but a wider one.</summary>
    private sealed class RoomyText() : PdfRenderContext(Width, Height, OxyColors.White)
    {
        private const double PixelsPerPoint = 4.0 / 3;
        private const double WidestFont = 1.15;

        public override OxySize MeasureText(string text, string fontFamily, double fontSize, double fontWeight) =>
            base.MeasureText(text, fontFamily, fontSize, fontWeight) is var size ? new OxySize(size.Width * PixelsPerPoint * WidestFont, size.Height * PixelsPerPoint) : default;
    }
}
