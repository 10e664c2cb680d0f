namespace ZeroCopy.Properties.Costs;

/// <summary>A speed of ours beside that of something known, measured in turn: the ratio means the same on every machine.</summary>
/// <param name="Name">What is compared.</param>
/// <param name="Peer">With what.</param>
/// <param name="Unit">Of which both do so many a second.</param>
/// <param name="Ours">A second.</param>
/// <param name="Theirs">A second.</param>
public sealed record Contest(string Name, string Peer, string Unit, double Ours, double Theirs)
{
    /// <summary>Above 1 where ours is quicker.</summary>
    public double Ratio => Ours / Theirs;
}
