using System.Runtime.CompilerServices;

namespace ZeroCopy.Model;

/// <summary>Which bug is on, where many are compiled into one copy of these libraries, and whether the run comes by it. The model as it is never asks.</summary>
public static class WovenMutant
{
    private static bool[] _entered = [];

    /// <summary>Its number among those that are woven in, from 1; 0 for none. One for a copy of the libraries: two threads that want different bugs take two copies.</summary>
    public static int Chosen { get; set; }

    /// <summary>What was changed has been evaluated.</summary>
    public static bool Met { get; set; }

    /// <summary>A statement that was changed.</summary>
    public static void Meet() => Met = true;

    /// <summary>An expression that was changed.</summary>
    public static T Meet<T>(T value)
        where T : allows ref struct
    {
        Met = true;
        return value;
    }

    /// <summary>A body of which there are several begins. A mistake may let it call itself for ever.</summary>
    public static void Enter(int body)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (body < _entered.Length)
        {
            _entered[body] = true;
        }
    }

    /// <summary>Notes from here on which of so many bodies begin.</summary>
    public static bool[] Watch(int bodies) => _entered = new bool[bodies];
}
