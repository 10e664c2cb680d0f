using System.Diagnostics;

namespace ZeroCopy.Properties.Costs;

/// <summary>What some work took.</summary>
/// <param name="Count">What it does in a round: operations, bytes, steps.</param>
/// <param name="Rounds">How often it was measured.</param>
/// <param name="BestSeconds">The quickest time of each piece, added up: what else the machine does only adds to it.</param>
/// <param name="MedianSeconds">The round in the middle.</param>
/// <param name="Bytes">Allocated in the round that allocated least.</param>
public sealed record Taken(long Count, int Rounds, double BestSeconds, double MedianSeconds, long Bytes)
{
    public double PerSecond => Count / BestSeconds;

    public double MedianPerSecond => Count / MedianSeconds;

    public double Nanoseconds => BestSeconds * 1e9 / Count;

    public double BytesEach => (double)Bytes / Count;
}

/// <summary>Something to be timed.</summary>
/// <param name="Do">Does the same for a piece in each round, and says how much that is.</param>
/// <param name="Prepare">What comes before a piece and is not timed.</param>
public sealed record Work(Func<int, long> Do, Action<int>? Prepare = null);

/// <summary>Works measured in turn, round after round, on the calling thread: what disturbs the machine for a while disturbs each of them.</summary>
public static class Rounds
{
    /// <summary>Measured rounds, however little time there is.</summary>
    public const int Fewest = 3;

    /// <summary>The share of the time in which nothing is measured yet: the runtime compiles in the background what turns out to be hot.</summary>
    private const double WarmUp = 0.4;

    /// <summary>Measures until the time is up.</summary>
    /// <param name="time">For all works together.</param>
    /// <param name="pieces">Each work has so many, timed one by one: the shorter a piece, the likelier it is once left alone.</param>
    /// <param name="works">In the order in which each round takes them.</param>
    /// <param name="cancel">Asked between two pieces.</param>
    public static IReadOnlyList<Taken> Measure(TimeSpan time, int pieces, IReadOnlyList<Work> works, CancellationToken cancel)
    {
        var started = Stopwatch.GetTimestamp();
        do
        {
            _ = works.Select(work => new Watched(work, pieces)).Sum(watched => watched.Round(cancel));
        }
        while (Stopwatch.GetElapsedTime(started) < time * WarmUp);

        var measured = works.Select(work => new Watched(work, pieces)).ToList();
        for (var round = 0; round < Fewest || Stopwatch.GetElapsedTime(started) < time; round++)
        {
            measured.ForEach(watched => watched.Round(cancel));
        }

        return [.. measured.Select(watched => watched.Taken)];
    }

    /// <summary>One work and its times.</summary>
    private sealed class Watched
    {
        private readonly Work _work;
        private readonly double[] _best;
        private readonly List<double> _rounds = [];
        private long _count;
        private long _bytes = long.MaxValue;

        public Watched(Work work, int pieces)
        {
            _work = work;
            _best = new double[pieces];
            Array.Fill(_best, double.MaxValue);
        }

        public Taken Taken => new(_count, _rounds.Count, _best.Sum(), _rounds.Order().ElementAt(_rounds.Count / 2), _bytes);

        public double Round(CancellationToken cancel)
        {
            var bytes = 0L;
            var sum = 0.0;
            _count = 0;
            for (var piece = 0; piece < _best.Length; piece++)
            {
                cancel.ThrowIfCancellationRequested();
                _work.Prepare?.Invoke(piece);
                var allocated = GC.GetAllocatedBytesForCurrentThread();
                var from = Stopwatch.GetTimestamp();
                _count += _work.Do(piece);
                var seconds = Stopwatch.GetElapsedTime(from).TotalSeconds;
                bytes += GC.GetAllocatedBytesForCurrentThread() - allocated;
                _best[piece] = Math.Min(_best[piece], seconds);
                sum += seconds;
            }

            _bytes = Math.Min(_bytes, bytes);
            _rounds.Add(sum);
            return sum;
        }
    }
}
