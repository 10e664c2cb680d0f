namespace ZeroCopy.Properties.Conform;

/// <summary>One random session: drawn while it is played, because what makes sense next depends on what waits.</summary>
internal sealed class ConformSession
{
    private readonly ConformDraw _draw;
    private readonly IReadOnlyList<Deviation> _known;
    private readonly int _ring;
    private readonly bool _hasIommu;
    private readonly List<ConformStep> _steps = [];
    private readonly List<Shape> _shapes = [];
    private readonly List<(Sent Sent, Deviation? Deviation)> _judged = [];

    /// <param name="draw">Chance, of this session alone.</param>
    /// <param name="most">No more frames than these.</param>
    /// <param name="known">Deviations that are expected.</param>
    public ConformSession(ConformDraw draw, long most, IReadOnlyList<Deviation> known)
    {
        (_draw, _known) = (draw, known);
        (_ring, _hasIommu) = (draw.Ring(), draw.HasIommu());
        Frames = (int)Math.Min(draw.SessionLength(), most);
    }

    /// <summary>Frames that it is to compare.</summary>
    public int Frames { get; }

    /// <summary>What was judged, in order.</summary>
    public IReadOnlyList<(Sent Sent, Deviation? Deviation)> Judged => _judged;

    /// <summary>What it ended with, where nothing foretold it.</summary>
    public IReadOnlyList<Mismatch> Mismatches { get; private set; } = [];

    /// <summary>It ended with a buffer that was unmapped early.</summary>
    public bool HasUnmapped { get; private set; }

    public ConformScript Script => new(_ring, _hasIommu, _steps);

    public void Play(IReadOnlyList<Rig> rigs)
    {
        var comparison = new Comparison(rigs, _known) { Judged = (sent, deviation) => _judged.Add((sent, deviation)) };
        comparison.Begin(_ring, _hasIommu);
        while (_judged.Count < Frames && comparison.Mismatches.Count == 0)
        {
            var left = Frames - _judged.Count;
            // Where the next packet is not in the ring yet, nothing is unmapped.
            var step = _hasIommu && left == 1 && comparison.Waiting > 0 && _draw.IsEarly() ? _draw.EarlyUnmap(_shapes[^comparison.Waiting]) : _draw.Step(comparison.Waiting, left);
            _steps.Add(step);
            if (step is ConformStep.Xmit(var shape))
            {
                _shapes.Add(shape);
            }

            if (!comparison.Apply(step))
            {
                HasUnmapped = step is ConformStep.Run(_, not null) && comparison.Mismatches.Count == 0;
                break;
            }
        }

        Mismatches = [.. comparison.Mismatches];
    }
}
