using System.Globalization;
using ZeroCopy.Model;
using ZeroCopy.Model.Copying;
using ZeroCopy.Properties;
using ZeroCopy.Properties.Explore;
using ZeroCopy.Properties.Generate;
using ZeroCopy.Properties.Shrink;
using ZeroCopy.Specs;

namespace ZeroCopy.Bench.Shrinking;

/// <summary>One step of a toy: a word and up to two numbers. Its worlds are the toy's own.</summary>
internal sealed record ToyOperation(string Word, params int[] Numbers) : Operation
{
    public override bool Enabled(Names names) => throw new NotSupportedException(Word);

    public override Observation Apply(World world) => throw new NotSupportedException(Word);

    public override void Apply(CopyingWorld world, Observation seen) => throw new NotSupportedException(Word);

    public override string ToString() => $"{Word}({string.Join(", ", Numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)))})";
}

/// <summary>A system of a few lines with a law that random sequences break. After the challenges that shrinkers are compared by (jlink/shrinking-challenge), made stateful: a script takes the place of a generated value.</summary>
internal abstract class Toy : IJudge, IExplored
{
    private readonly List<Violation> _violations = [];
    private Operation[] _events = [];

    /// <summary>The law.</summary>
    public Rule Rule => field ??= new Rule("TOY-001", Claim, "A challenge for shrinkers.", "jlink/shrinking-challenge", Basis.Contract);

    public abstract string Name { get; }

    /// <summary>What holds until it is broken.</summary>
    protected abstract string Claim { get; }

    public abstract IReadOnlyList<Spelling> Language { get; }

    public IReadOnlyList<Violation> Violations => _violations;

    public bool HasPanicked => false;

    public IReadOnlyList<string> Starts { get; } = ["empty"];

    public IReadOnlyList<string> Events => [.. _events.Select(operation => operation.ToString())];

    public IReadOnlyList<string> Premises => [];

    public bool IsDrained => true;

    /// <summary>A random operation.</summary>
    public abstract ToyOperation Draw(Rng rng);

    protected abstract void Clear();

    protected abstract bool IsEnabled(ToyOperation operation);

    /// <summary>Takes an operation that is enabled.</summary>
    /// <returns>Whether the law holds.</returns>
    protected abstract bool Take(ToyOperation operation);

    protected abstract void Write(StateWriter state);

    /// <summary>What the minimiser has to know of the language.</summary>
    public Dialect Dialect() => new(Language, [], [], New, lines =>
    {
        var toy = New();
        toy._events = [.. lines];
        return toy;
    });

    private Toy New() => (Toy)Activator.CreateInstance(GetType())!;

    public void Reset()
    {
        _violations.Clear();
        Clear();
    }

    public bool Apply(Operation operation)
    {
        _violations.Clear();
        if (operation is not ToyOperation toy || !IsEnabled(toy))
        {
            return false;
        }

        if (!Take(toy))
        {
            _violations.Add(new Violation(Rule, nameof(Claim), 0, operation, Claim));
        }

        return true;
    }

    public bool ApplyUnjudged(Operation operation) => Apply(operation);

    public void Reset(int start) => Reset();

    public bool Enabled(int @event) => IsEnabled((ToyOperation)_events[@event]);

    public void Apply(int @event) => Apply(_events[@event]);

    public IReadOnlyList<string> Judge(int @event)
    {
        Apply(_events[@event]);
        return [.. _violations.Select(violation => $"{violation.Rule.Id} {violation.Law}")];
    }

    public bool Occurred(int premise) => false;

    public void WriteState(StateWriter state) => Write(state);

    /// <summary>A word with so many numbers, each in its range.</summary>
    protected static Spelling Word(string word, params (string What, int From, int To)[] ranges) => new(word, operands =>
    {
        var numbers = ranges.Select(range => operands.Int(range.What, range.From, range.To)).ToArray();
        operands.End(hasResult: false);
        return new ToyOperation(word, numbers);
    });
}
