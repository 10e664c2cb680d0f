namespace ZeroCopy.Properties.Generate;

/// <summary>What became of the operations of one kind in a run.</summary>
public sealed class OperationCoverage(string name)
{
    /// <summary>A failed allocation beyond this one is counted with it.</summary>
    public const int MostAllocations = 4;

    private readonly long[] _failedAt = new long[MostAllocations];

    public string Name => name;

    /// <summary>How often it was drawn.</summary>
    public long Steps { get; private set; }

    /// <summary>How often it was applied.</summary>
    public long Enabled { get; private set; }

    public long Succeeded { get; private set; }

    public long Refused { get; private set; }

    /// <summary>How often a guard or a BUG check stopped it.</summary>
    public long Bug { get; private set; }

    /// <summary>How often its k-th allocation was made to fail, at k - 1; as long as there were such.</summary>
    public IReadOnlyList<long> FailedAt => _failedAt[..(Array.FindLastIndex(_failedAt, count => count > 0) + 1)];

    internal void Skip() => Steps++;

    internal void Count(bool succeeded, int failedAt)
    {
        Steps++;
        Enabled++;
        if (failedAt > 0)
        {
            _failedAt[Math.Min(failedAt, MostAllocations) - 1]++;
        }
        else if (succeeded)
        {
            Succeeded++;
        }
        else
        {
            Refused++;
        }
    }

    internal void CountBug()
    {
        Steps++;
        Enabled++;
        Bug++;
    }

    internal void Add(OperationCoverage other)
    {
        Steps += other.Steps;
        Enabled += other.Enabled;
        Succeeded += other.Succeeded;
        Refused += other.Refused;
        Bug += other.Bug;
        for (var k = 0; k < MostAllocations; k++)
        {
            _failedAt[k] += other._failedAt[k];
        }
    }
}
