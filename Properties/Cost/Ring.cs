namespace ZeroCopy.Properties.Costs;

/// <summary>A ring of a driver in small: a producer's and a consumer's index that run on and wrap. The subject on which engines are compared.</summary>
/// <param name="entries">A power of two.</param>
public sealed class Ring(int entries)
{
    /// <summary>What the queue that judges it allows.</summary>
    public const int Entries = 8;

    private readonly int[] _slots = new int[entries];
    private uint _producer;
    private uint _consumer;

    public int Used => (int)unchecked(_producer - _consumer);

    /// <summary>False where the ring is full.</summary>
    public bool Produce(int value)
    {
        if (Used == entries)
        {
            return false;
        }

        _slots[unchecked(_producer++) & (uint)(entries - 1)] = value;
        return true;
    }

    /// <summary>False where the ring is empty.</summary>
    public bool Consume(out int value)
    {
        value = 0;
        if (Used == 0)
        {
            return false;
        }

        value = _slots[unchecked(_consumer++) & (uint)(entries - 1)];
        return true;
    }

    public void Reset() => _producer = _consumer = 0;
}
