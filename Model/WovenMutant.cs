namespace ZeroCopy.Model;

/// <summary>Which recorded bug is on, where many are compiled into one copy of these libraries. The model as it is never asks.</summary>
public static class WovenMutant
{
    /// <summary>Its number among those that are woven in, from 1; 0 for none. One for a copy of the libraries: two threads that want different bugs take two copies.</summary>
    public static int Chosen { get; set; }
}
