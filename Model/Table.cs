namespace ZeroCopy.Model;

/// <summary>Which numbers of a kind of name are bound.</summary>
/// <param name="changes">Counts what happens to the names of several kinds.</param>
public abstract class BoundNames(NameChanges? changes)
{
    private protected const int Low = 32;

    /// <summary>Names ever bound, with gaps.</summary>
    public int Count { get; private protected set; }

    /// <summary>Names that are bound now.</summary>
    public int Bound { get; private protected set; }

    /// <summary>Of the lowest 32 names those that are bound, a bit each.</summary>
    public uint Lowest { get; private protected set; }

    public abstract bool Has(int name);

    private protected void Change()
    {
        if (changes is not null)
        {
            changes.Count++;
        }
    }
}

/// <summary>How often a name of any kind was bound, bound anew, or let go.</summary>
public sealed class NameChanges
{
    public long Count { get; set; }
}

/// <summary>Values by the number of a name.</summary>
public sealed class Table<T>(NameChanges? changes = null) : BoundNames(changes)
{
    // An array: every draw, every guard and every law over names looks here.
    private (bool Bound, T? Value)[] _entries = new (bool, T?)[4];

    public override bool Has(int name) => name < Count && _entries[name].Bound;

    public T this[int name] => Has(name) ? _entries[name].Value! : throw NotBound(name);

    /// <summary>The value of a name; the default where it is not bound.</summary>
    public T? Find(int name) => name < Count ? _entries[name].Value : default;

    public void Bind(int name, T value)
    {
        if (name >= _entries.Length)
        {
            Array.Resize(ref _entries, Math.Max(name + 1, 2 * _entries.Length));
        }

        if (_entries[name].Bound)
        {
            throw new ModelException($"name {name} is bound already");
        }

        Count = Math.Max(Count, name + 1);
        Bound++;
        Lowest |= BitOf(name);
        _entries[name] = (true, value);
        Change();
    }

    public void Rebind(int name, T value)
    {
        _ = this[name];
        _entries[name] = (true, value);
        Change();
    }

    public void Unbind(int name)
    {
        _ = this[name];
        Bound--;
        Lowest &= ~BitOf(name);
        _entries[name] = default;
        Change();
    }

    public void Clear()
    {
        Array.Clear(_entries, 0, Count);
        (Count, Bound, Lowest) = (0, 0, 0);
        Change();
    }

    private static uint BitOf(int name) => name < Low ? 1U << name : 0;

    private static ModelException NotBound(int name) => new($"name {name} is not bound");
}
