using System.Globalization;

namespace ZeroCopy.Model;

/// <summary>Bad input: a script that does not parse. Says which token on which line.</summary>
public sealed class ScriptException(int line, string message) : Exception(line > 0 ? $"line {line}: {message}" : message)
{
    public int Line => line;
}

/// <summary>How an operation is written: <c>name(operand, ...)</c>, or <c>result = name(operand, ...)</c>. One a kind of operation; the list of them is the language of scripts.</summary>
/// <param name="Name">The kernel function.</param>
/// <param name="Parse">Makes the operation of its operands.</param>
public sealed record Spelling(string Name, Func<Operands, Operation> Parse);

/// <summary>The operands of one line, taken from left to right. What is missing, left over or wrong is a <see cref="ScriptException"/> that names the token.</summary>
public sealed class Operands(int line, string name, string? result, IReadOnlyList<string> operands)
{
    /// <summary>Ports are counted from 40001 by a socket's number.</summary>
    private const int LargestName = 9999;
    private int _next;

    public int Line => line;

    /// <summary>The name before the bracket.</summary>
    public string Operation => name;

    /// <summary>Takes a line apart; what is not of the form <c>name(operand, ...)</c> is a <see cref="ScriptException"/>.</summary>
    public static Operands Of(string text, int line)
    {
        var open = text.IndexOf('(');
        if (open < 0 || !text.EndsWith(')'))
        {
            throw new ScriptException(line, $"'{text}' is not of the form 'name(operand, ...)'");
        }

        var left = text[..open].Split('=', StringSplitOptions.TrimEntries);
        var inside = text[(open + 1)..^1];
        return new Operands(
            line,
            left[^1],
            left.Length > 1 ? left[0] : null,
            inside.Trim().Length == 0 ? [] : inside.Split(',', StringSplitOptions.TrimEntries));
    }

    /// <summary>The name left of <c>=</c>.</summary>
    public T Result<T>(string prefix, Func<int, T> id) =>
        result is null ? throw Error($"{name} gives a result: write 'x = {name}(...)'") : id(NameNumber(result, prefix));

    /// <summary>The next operand as a name.</summary>
    public T Name<T>(string prefix, Func<int, T> id) => id(NameNumber(Next($"a name such as {prefix}0"), prefix));

    public SkbId ResultSkb() => Result("skb", n => new SkbId(n));

    public SkbId Skb() => Name("skb", n => new SkbId(n));

    public PageId Page() => Name("page", n => new PageId(n));

    public MmId ResultMm() => Result("p", n => new MmId(n));

    public MmId Mm() => Name("p", n => new MmId(n));

    public PinId ResultKiobuf() => Result("kio", n => new PinId(false, n));

    public PinId Kiobuf() => Name("kio", n => new PinId(false, n));

    public PinId ResultVector() => Result("vec", n => new PinId(true, n));

    public PinId Vector() => Name("vec", n => new PinId(true, n));

    /// <summary>A kiobuf or a vector.</summary>
    public PinId Pin() => Peek("vec") ? Vector() : Kiobuf();

    /// <summary>Whether another operand without <c>=</c> follows.</summary>
    public bool HasMore => _next < operands.Count && !operands[_next].Contains('=', StringComparison.Ordinal);

    public FileId File() => Name("file", n => new FileId(n));

    public SockId Sock() => Name("sk", n => new SockId(n));

    public TapId Tap() => Name("tap", n => new TapId(n));

    public DevId Dev() => Name("eth", n => new DevId(n));

    /// <summary>The next operand as a number in a range.</summary>
    public long Number(string what, long from = 0, long to = int.MaxValue) => Number(Next(what), what, from, to);

    public int Int(string what, int from = 0, int to = int.MaxValue) => (int)Number(what, from, to);

    /// <summary>The next operand as one of the given words.</summary>
    public T Word<T>(string what, TryParse<T> parse)
    {
        var word = Next(what);
        return parse(word, out var value) ? value : throw Error($"'{word}' is not {what}");
    }

    /// <summary>The operand <c>key=value</c>, wherever it stands; null where there is none.</summary>
    public string? Option(string key)
    {
        for (var i = _next; i < operands.Count; i++)
        {
            if (operands[i].StartsWith(key + "=", StringComparison.Ordinal))
            {
                _taken.Add(i);
                return operands[i][(key.Length + 1)..];
            }
        }

        return null;
    }

    /// <summary>The operand <c>key=number</c>, or a default.</summary>
    public long Option(string key, long otherwise, long from, long to) =>
        Option(key) is { } text ? Number(text, key, from, to) : otherwise;

    /// <summary>Says that every operand has been taken.</summary>
    public void End(bool hasResult)
    {
        for (var i = _next; i < operands.Count; i++)
        {
            if (!_taken.Contains(i))
            {
                throw Error($"{name} does not take '{operands[i]}'");
            }
        }

        if (!hasResult && result is not null)
        {
            throw Error($"{name} gives no result: '{result} =' is wrong here");
        }
    }

    public ScriptException Error(string message) => new(line, message);

    private readonly List<int> _taken = [];

    private bool Peek(string prefix) => _next < operands.Count && operands[_next].StartsWith(prefix, StringComparison.Ordinal);

    private string Next(string what) =>
        _next < operands.Count ? operands[_next++] : throw Error($"{name} lacks {what}");

    private long Number(string text, string what, long from, long to) =>
        !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? throw Error($"'{text}' is not a number ({what})")
            : value < from || value > to
                ? throw Error($"'{text}' is out of range ({what}: {from} to {to})")
                : value;

    private int NameNumber(string text, string prefix) =>
        text.StartsWith(prefix, StringComparison.Ordinal)
        && int.TryParse(text.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number <= LargestName
            ? number
            : throw Error($"'{text}' is not a name such as {prefix}0");

    public delegate bool TryParse<T>(string word, out T value);
}
