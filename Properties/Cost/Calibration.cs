namespace ZeroCopy.Properties.Costs;

/// <summary>A fixed loop over integers, each step waiting for the one before: what is measured beside it can be compared between machines. Xorshift (Marsaglia, 2003).</summary>
public sealed class Calibration
{
    private const int Steps = 2_000_000;

    /// <summary>Kept, so that the loop has a result and is not optimised away.</summary>
    private ulong _state = 1;

    public long Run()
    {
        var x = _state;
        for (var i = 0; i < Steps; i++)
        {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
        }

        _state = x;
        return Steps;
    }
}
