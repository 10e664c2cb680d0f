using System.Collections;
using System.Runtime.InteropServices;

namespace ZeroCopy.Model;

/// <summary>A list that only its owner changes. Laws read such lists for every object after every step: here without the call through an interface that <see cref="IReadOnlyList{T}"/> makes of each access.</summary>
/// <param name="list">The owner's.</param>
public readonly struct ListView<T>(List<T> list) : IReadOnlyList<T>
{
    public int Count => list.Count;

    public T this[int index] => list[index];

    /// <summary>The same where nothing is added or taken out meanwhile.</summary>
    public ReadOnlySpan<T> Span => CollectionsMarshal.AsSpan(list);

    public static implicit operator ListView<T>(List<T> list) => new(list);

    public List<T>.Enumerator GetEnumerator() => list.GetEnumerator();

    IEnumerator<T> IEnumerable<T>.GetEnumerator() => list.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => list.GetEnumerator();
}
