namespace ZeroCopy.Cli;

/// <summary>What is being measured, on standard error: a line that is written over on a terminal, a plain line for each end in a pipe.</summary>
/// <param name="count">Things to measure.</param>
/// <param name="quiet">Says nothing in a pipe.</param>
internal sealed class BenchProgress(int count, bool quiet) : IDisposable
{
    private readonly bool _live = !Console.IsErrorRedirected;
    private string _name = "";
    private int _begun;

    public void Next(string name)
    {
        _begun++;
        _name = name;
        Over($"{_begun}/{count} {name}");
    }

    public void Done(string what)
    {
        if (!_live && !quiet)
        {
            Console.Error.WriteLine($"{_name}: {what}");
        }
    }

    public void Dispose() => Over("");

    private void Over(string line)
    {
        if (_live)
        {
            Console.Error.Write($"\r\e[K{line}");
        }
    }
}
