using ZeroCopy.Model;
using ZeroCopy.Properties.Generate;

namespace ZeroCopy.Bench.Shrinking;

/// <summary>Five accounts of 16 bits that are each kept below 256: the sum of all is below 1280, unless it wraps. Two additions break it.</summary>
internal sealed class Bound5 : Toy
{
    private const int Accounts = 5;
    private readonly short[] _sums = new short[Accounts];

    public override string Name => "bound5";

    protected override string Claim => "The sum of five sums below 256 is below 1280.";

    public override IReadOnlyList<Spelling> Language { get; } = [Word("add", ("an account", 0, Accounts - 1), ("16 bits", 0, ushort.MaxValue))];

    public override ToyOperation Draw(Rng rng) => new("add", rng.Below(Accounts), rng.Below(ushort.MaxValue + 1));

    protected override void Clear() => Array.Clear(_sums);

    protected override bool IsEnabled(ToyOperation operation) => Sum(operation) < 256;

    protected override bool Take(ToyOperation operation)
    {
        _sums[operation.Numbers[0]] = Sum(operation);
        return unchecked((short)(_sums[0] + _sums[1] + _sums[2] + _sums[3] + _sums[4])) < Accounts * 256;
    }

    protected override void Write(StateWriter state) => Array.ForEach(_sums, sum => state.Write(sum));

    private short Sum(ToyOperation operation) => unchecked((short)(_sums[operation.Numbers[0]] + operation.Numbers[1]));
}

/// <summary>Lists of numbers: together they hold at most four different ones. Five insertions break it.</summary>
internal sealed class LargeUnion : Toy
{
    private readonly SortedSet<int> _union = [];

    public override string Name => "large union list";

    protected override string Claim => "All lists together hold at most four numbers.";

    public override IReadOnlyList<Spelling> Language { get; } = [Word("insert", ("a list", 0, 9), ("a number", 0, 9999))];

    public override ToyOperation Draw(Rng rng) => new("insert", rng.Below(10), rng.Below(3) == 0 ? rng.Below(4) : rng.Below(10_000));

    protected override void Clear() => _union.Clear();

    protected override bool IsEnabled(ToyOperation operation) => true;

    protected override bool Take(ToyOperation operation)
    {
        _union.Add(operation.Numbers[1]);
        return _union.Count <= 4;
    }

    protected override void Write(StateWriter state)
    {
        state.Write(_union.Count);
        foreach (var number in _union)
        {
            state.Write(number);
        }
    }
}

/// <summary>An array whose length comes before its numbers: none is 900 or above. A length and one number break it.</summary>
internal sealed class LengthList : Toy
{
    private int _length;

    public override string Name => "length list";

    protected override string Claim => "No number is 900 or above.";

    public override IReadOnlyList<Spelling> Language { get; } = [Word("resize", ("a length", 0, 100)), Word("set", ("a place", 0, 99), ("a number", 0, 1000))];

    public override ToyOperation Draw(Rng rng) => rng.OneIn(4) ? new("resize", rng.Below(101)) : new("set", rng.Below(100), rng.Below(950));

    protected override void Clear() => _length = 0;

    protected override bool IsEnabled(ToyOperation operation) => operation.Word == "resize" || operation.Numbers[0] < _length;

    protected override bool Take(ToyOperation operation)
    {
        _length = operation.Word == "resize" ? operation.Numbers[0] : _length;
        return operation.Word == "resize" || operation.Numbers[1] < 900;
    }

    protected override void Write(StateWriter state) => state.Write(_length);
}

/// <summary>A skew heap that is read out wrongly: after the least, the rest as it lies in the tree. Four insertions and a read break it.</summary>
internal sealed class BinHeap : Toy
{
    private Node? _heap;

    public override string Name => "binheap";

    protected override string Claim => "A heap is read out in order.";

    public override IReadOnlyList<Spelling> Language { get; } = [Word("insert", ("a number", 0, 999)), Word("take_least"), Word("read")];

    public override ToyOperation Draw(Rng rng) => rng.Below(8) switch
    {
        0 => new("read"),
        1 => new("take_least"),
        _ => new("insert", rng.Below(1000)),
    };

    protected override void Clear() => _heap = null;

    protected override bool IsEnabled(ToyOperation operation) => operation.Word == "insert" || _heap is not null;

    protected override bool Take(ToyOperation operation)
    {
        if (operation.Word == "read")
        {
            var read = new List<int> { _heap!.Least };
            Read(Meld(_heap.Left, _heap.Right), read);
            return read.SequenceEqual(read.Order());
        }

        _heap = operation.Word == "insert" ? Meld(new Node(operation.Numbers[0], null, null), _heap) : Meld(_heap!.Left, _heap.Right);
        return true;
    }

    protected override void Write(StateWriter state) => Write(_heap, state);

    private static void Write(Node? node, StateWriter state)
    {
        state.Write(node is not null);
        if (node is not null)
        {
            state.Write(node.Least);
            Write(node.Left, state);
            Write(node.Right, state);
        }
    }

    private static void Read(Node? node, List<int> into)
    {
        if (node is not null)
        {
            into.Add(node.Least);
            Read(node.Left, into);
            Read(node.Right, into);
        }
    }

    private static Node? Meld(Node? one, Node? other) => one is null ? other
        : other is null ? one
        : one.Least <= other.Least ? new Node(one.Least, Meld(one.Right, other), one.Left)
        : new Node(other.Least, Meld(other.Right, one), other.Left);

    private sealed record Node(int Least, Node? Left, Node? Right);
}

/// <summary>A stack machine that looks for a divisor of 0 only where it was pushed as such: 0 / (0 + 0) breaks it, in five steps.</summary>
internal sealed class Calculator : Toy
{
    private readonly List<(long Value, bool IsLiteral)> _stack = [];

    public override string Name => "calculator";

    protected override string Claim => "Nothing is divided by 0.";

    public override IReadOnlyList<Spelling> Language { get; } = [Word("push", ("a number", 0, 999)), Word("add"), Word("subtract"), Word("div")];

    public override ToyOperation Draw(Rng rng) => rng.Below(8) switch
    {
        0 => new("add"),
        1 => new("div"),
        2 => new("subtract"),
        _ => new("push", rng.OneIn(2) ? rng.Below(3) : rng.Below(1000)),
    };

    protected override void Clear() => _stack.Clear();

    protected override bool IsEnabled(ToyOperation operation) =>
        operation.Word == "push" || (_stack.Count > 1 && (operation.Word != "div" || _stack[^1] is not (0, true)));

    protected override bool Take(ToyOperation operation)
    {
        if (operation.Word == "push")
        {
            _stack.Add((operation.Numbers[0], true));
            return true;
        }

        var (one, other) = (_stack[^2].Value, _stack[^1].Value);
        if (operation.Word == "div" && other == 0)
        {
            return false;
        }

        _stack.RemoveRange(_stack.Count - 2, 2);
        _stack.Add((operation.Word == "add" ? one + other : operation.Word == "div" ? one / other : one - other, false));
        return true;
    }

    protected override void Write(StateWriter state)
    {
        state.Write(_stack.Count);
        foreach (var (value, isLiteral) in _stack)
        {
            state.Write(value);
            state.Write(isLiteral);
        }
    }
}

/// <summary>Two registers, of which the first, from 10 on, never differs from the second by 1 to 4. Two steps break it, and both numbers hang together.</summary>
internal sealed class Difference : Toy
{
    private readonly int[] _registers = new int[2];

    public override string Name => "difference";

    protected override string Claim => "A number of 10 or above differs from the other by 0, or by 5 or more.";

    public override IReadOnlyList<Spelling> Language { get; } = [Word("set", ("a register", 0, 1), ("a number", 0, 999))];

    public override ToyOperation Draw(Rng rng) => new("set", rng.Below(2), rng.Below(1000));

    protected override void Clear() => Array.Clear(_registers);

    protected override bool IsEnabled(ToyOperation operation) => true;

    protected override bool Take(ToyOperation operation)
    {
        _registers[operation.Numbers[0]] = operation.Numbers[1];
        return _registers[0] < 10 || Math.Abs(_registers[0] - _registers[1]) is 0 or > 4;
    }

    protected override void Write(StateWriter state)
    {
        state.Write(_registers[0]);
        state.Write(_registers[1]);
    }
}
