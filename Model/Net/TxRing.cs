namespace ZeroCopy.Model.Net;

/// <summary>A transmit ring's indices, as laws read them.</summary>
/// <param name="Entries">Slots; 0 for a device without a ring.</param>
/// <param name="Producer">The next slot that the driver fills.</param>
/// <param name="Consumer">The oldest slot that it has not reclaimed.</param>
/// <param name="SlotsForLargest">Slots that the largest packet takes.</param>
public readonly record struct TxRing(int Entries, int Producer, int Consumer, int SlotsForLargest)
{
    public override string ToString() => $"{Entries} slots, producer {Producer}, consumer {Consumer}";
}
