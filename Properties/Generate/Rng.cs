namespace ZeroCopy.Properties.Generate;

/// <summary>A stream of numbers from a seed: SplitMix64 (Steele, Lea, Flood, OOPSLA 2014). The only source of chance in a run.</summary>
public sealed class Rng(ulong seed)
{
    private ulong _state = seed;

    public void Seed(ulong seed) => _state = seed;

    public ulong Next() => Mix(unchecked(_state += 0x9e3779b97f4a7c15));

    /// <summary>0 to <paramref name="bound"/> - 1.</summary>
    public int Below(int bound) => (int)((Next() >> 32) * (ulong)bound >> 32);

    /// <summary>True once in <paramref name="times"/>.</summary>
    public bool OneIn(int times) => Below(times) == 0;

    /// <summary>One seed made of several numbers: every bit of each counts.</summary>
    public static ulong Mix(ulong a, ulong b, ulong c) => Mix(unchecked(Mix(unchecked(Mix(a) + b)) + c));

    /// <summary>A seed for a word, the same on every machine.</summary>
    public static ulong Mix(string word)
    {
        var hash = 0UL;
        foreach (var letter in word)
        {
            hash = Mix(unchecked(hash + letter));
        }

        return hash;
    }

    private static ulong Mix(ulong z)
    {
        unchecked
        {
            z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
            z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
            return z ^ (z >> 31);
        }
    }
}
