namespace ZeroCopy.Cli;

/// <summary>What a comparison needs is not there, or has failed: one line for the user, status 3. It is no finding.</summary>
internal sealed class AdapterException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>It is not installed: nothing else is wrong.</summary>
    public bool IsMissing { get; init; }
}
