using System.IO.Hashing;
using System.Runtime.InteropServices;
using ZeroCopy.Drivers;
using ZeroCopy.Model;
using ZeroCopy.Model.Pages;
using ZeroCopy.Properties.Generate;
using ZeroCopy.Properties.Laws;

namespace ZeroCopy.Properties.Shrink;

/// <summary>The smallest script that was found.</summary>
/// <param name="Script">What is left.</param>
/// <param name="Violations">What its last operation breaks.</param>
/// <param name="Evaluations">Scripts that were tried, for this one or on the same way for another.</param>
/// <param name="Exhausted">The budget ended before nothing more could be taken away.</param>
/// <param name="Certificate">What is known of scripts with fewer operations; null where that was not tried.</param>
public sealed record Shrunk(Script Script, IReadOnlyList<Violation> Violations, int Evaluations, bool Exhausted, Certificate? Certificate = null)
{
    /// <summary>In JSON: whether the script is proved to be minimal.</summary>
    public string Minimal => Certificate?.Word ?? "not-tried";
}

/// <summary>Makes a failing script smaller, as long as the same law fails: fewer operations, then fewer objects, then plainer operands, then canonical names.</summary>
/// <remarks>A deleted birth disables its users, which are skipped and dropped with it. What may stand for what, <see cref="Line"/> says; a change counts only where the same law fails.</remarks>
public sealed partial class Shrinker
{
    /// <summary>Scripts that are tried unless told otherwise.</summary>
    public const int DefaultEvaluations = 50_000;

    /// <summary>A longer script may be shortened by lines that no proof comes to, of other operands.</summary>
    private const int ShortScript = 6;

    private const int MostForPairs = 40;
    private const int MostForHoist = 12;

    private readonly ScriptHeader _header;
    private readonly Trial _trial;
    private Violation _wanted;
    private readonly int _budget;
    private readonly HashSet<UInt128> _tried = [];
    private readonly Lexicon _lexicon;
    private readonly Vocabulary _vocabulary;
    private readonly Roles _roles;
    private int[] _key = new int[64];
    private List<Line> _best;
    private IReadOnlyList<Violation> _violations;
    private int _evaluations;

    private Shrinker(ScriptHeader header, Dialect dialect, IEnumerable<Operation> operations, IReadOnlyList<Violation> violations, int budget)
    {
        _header = header;
        _trial = new Trial(dialect.Judge());
        _lexicon = dialect.Lexicon;
        _vocabulary = new Vocabulary(_lexicon, dialect.Vocabulary);
        _roles = dialect.PlainLines;
        _best = [.. operations.Select(Of)];
        _violations = violations;
        _wanted = violations[0];
        _budget = budget;
    }

    /// <summary>Shrinks what failed, as far as nothing more can be taken away and no operand is plainer: quickly. <see cref="Prove(Shrunk, IReadOnlyList{Law}, int, long, Proofs)"/> looks for other ways.</summary>
    /// <param name="header">Of the script that comes out.</param>
    /// <param name="laws">What is evaluated.</param>
    /// <param name="operations">The last of them breaks a law.</param>
    /// <param name="violations">What it breaks; the first is the one that must stay broken.</param>
    /// <param name="budget">Scripts to be tried at most.</param>
    public static Shrunk Shrink(ScriptHeader header, IReadOnlyList<Law> laws, IEnumerable<Operation> operations, IReadOnlyList<Violation> violations, int budget = DefaultEvaluations) =>
        Shrink(header, Dialect.Of(header, laws), operations, violations, budget);

    /// <summary>Shrinks what failed, in any language.</summary>
    public static Shrunk Shrink(ScriptHeader header, Dialect dialect, IEnumerable<Operation> operations, IReadOnlyList<Violation> violations, int budget = DefaultEvaluations) =>
        new Shrinker(header, dialect, operations, violations, budget).Straight();

    /// <summary>Shrinks a script that violates, to a rule where the script breaks it, or else to what it breaks first.</summary>
    /// <param name="script">Its last operation need not be the failing one.</param>
    /// <param name="wanted">Id of the rule that must stay broken; null for any.</param>
    /// <param name="budget">Scripts to be tried at most.</param>
    public static Shrunk Shrink(Script script, string? wanted, int budget) =>
        Shrink(script.Header, Suites.LawsFor(script.Header), script.Operations, [.. Replay.Run(script).OrderBy(violation => violation.Rule.Id == wanted ? 0 : 1)], budget);

    /// <summary>Goes through the scripts that have fewer operations than are left, or as many and plainer ones; where that ends before what may do the same was gone through, and before it where they are many, the script is changed in all ways that may lead to fewer. What is smaller, and breaks the rule too, takes the place of the other.</summary>
    /// <param name="shrunk">What is left of a script.</param>
    /// <param name="laws">What is evaluated.</param>
    /// <param name="budget">Scripts to be tried at most, those counted that were tried.</param>
    /// <param name="steps">Operations to be judged at most each time that scripts are gone through.</param>
    /// <param name="proofs">Of other scripts; null for none.</param>
    public static Shrunk Prove(Shrunk shrunk, IReadOnlyList<Law> laws, int budget = DefaultEvaluations, long steps = Certificate.DefaultSteps, Proofs? proofs = null) =>
        Prove(shrunk, Dialect.Of(shrunk.Script.Header, laws), budget, steps, proofs);

    /// <summary>The same in any language.</summary>
    public static Shrunk Prove(Shrunk shrunk, Dialect dialect, int budget = DefaultEvaluations, long steps = Certificate.DefaultSteps, Proofs? proofs = null)
    {
        var rule = shrunk.Violations[0].Rule;
        var isThrough = false;
        proofs ??= new Proofs();
        proofs.Begin();
        while (true)
        {
            shrunk = InPlain(shrunk);
            if (proofs.Of(shrunk, isThrough, budget) is { } known)
            {
                return known;
            }

            if (!isThrough && shrunk.Script.Operations.Count > ShortScript)
            {
                // So many are seldom gone through: the other ways are the cheaper ones.
                isThrough = true;
                shrunk = OtherWays(shrunk);
                continue;
            }

            var certificate = Certificate.Of(shrunk.Script, rule.Id, dialect, steps);
            if (certificate.First is { } first)
            {
                var met = shrunk with { Script = first, Violations = [.. new Trial(dialect.Judge()).Of(first).OrderBy(violation => violation.Rule == rule ? 0 : 1)] };

                isThrough &= first.Operations.Count == shrunk.Script.Operations.Count;
                shrunk = StraightOn(met);
            }
            else if (isThrough || (certificate.IsProven && certificate.IsWide) || shrunk.Evaluations >= budget)
            {
                return proofs.End(shrunk with { Certificate = certificate });
            }
            else
            {
                var other = OtherWays(shrunk);
                isThrough = true;
                if (other.Script.ToString() == shrunk.Script.ToString())
                {
                    return proofs.End(other with { Certificate = certificate });
                }

                shrunk = other;
            }
        }

        // What is smaller then may go straight on, and in other ways again.
        Shrunk OtherWays(Shrunk from)
        {
            while (true)
            {
                var other = Counted(Left(from).Roundabout(), from);
                if (!Certificate.IsSmaller(other.Script, from.Script))
                {
                    return Certificate.IsSmaller(from.Script, other.Script) ? Stayed(from, other) : other;
                }

                from = InPlain(StraightOn(other));
            }
        }

        static Shrunk Stayed(Shrunk shrunk, Shrunk other) => shrunk with { Evaluations = other.Evaluations, Exhausted = other.Exhausted };

        Shrunk InPlain(Shrunk from)
        {
            while (true)
            {
                var plain = Counted(Left(from).Plainest(), from);
                if (!Certificate.IsSmaller(plain.Script, from.Script))
                {
                    return plain;
                }

                from = StraightOn(plain);
            }
        }

        // It may spell an operation otherwise than a proof or a pattern does: what is larger does not count, or this would go in circles.
        Shrunk StraightOn(Shrunk before)
        {
            var straight = Counted(Left(before).Straight(), before);
            return Certificate.IsSmaller(before.Script, straight.Script) ? Stayed(before, straight) : straight;
        }

        Shrinker Left(Shrunk from) => new(from.Script.Header, dialect, from.Script.Operations, from.Violations, Math.Max(0, budget - from.Evaluations));
    }

    private static Shrunk Counted(Shrunk next, Shrunk before) => next with { Evaluations = before.Evaluations + next.Evaluations };

    private bool Exhausted => _evaluations >= _budget;

    /// <summary>Taking away, and plainer operands.</summary>
    private Shrunk Straight()
    {
        TakeAway();
        UniqueNames();
        while ((Unscheduled() | TakeAway() | SynInstead() | MergeAreas() | TouchTogether() | SimplerOperations() | SendfileInstead() | Lend() | Lacking() | Elsewhere() | OneFile() | WrittenBefore() | OneLarger() | PlainerObjects() | ShortenFiles() | PlainOperands() | LowerFew()) && !Exhausted)
        {
        }

        return InOrder();
    }

    /// <summary>A plain script in the place of the whole, or plain lines in the place of others, one at a time: of two scripts of a length, the one whose operations come before.</summary>
    private Shrunk Plainest()
    {
        while (!Exhausted && (Afresh() || PlainerLines()))
        {
        }

        return InOrder();
    }

    /// <summary>Other ways, which may be shorter.</summary>
    private Shrunk Roundabout()
    {
        UniqueNames();
        bool smaller;
        do
        {
            smaller = false;
            SetUpFirst();
            smaller |= TakeAway();
            smaller |= TakePairs();
            smaller |= TakeBytes();
            smaller |= MergeNames();
            smaller |= MergeAreas();
            smaller |= TouchTogether();
            smaller |= OtherSockets();
            smaller |= OtherRoutes();
            smaller |= SynInstead();
            smaller |= SimplerOperations();
            smaller |= PlainerObjects();
            smaller = smaller || FewerSends() || TakeAndRepair() || RunInstead() || OneRun() || OneSend() || BusyInstead() || TakeAndHoist() || OneForTwo();
            smaller |= ShortenFiles();
            smaller |= PlainOperands();
            smaller |= LowerTogether();
        }
        while (smaller && !Exhausted);

        return InOrder();
    }

    private Shrunk InOrder()
    {
        while (Sort())
        {
        }

        CanonicalNames();
        return new Shrunk(new Script(_header, [.. _best.Select(line => line.Operation)]), _violations, _evaluations, Exhausted);
    }

    /// <summary>Devices, files, processes and their areas come first: what is alike stands together.</summary>
    private void SetUpFirst() => TryEach(_best.OrderBy(line => line.Operation switch
    {
        RegisterNetdev or OpenFile or MmAlloc => 0,
        Mmap => 1,
        _ => 2,
    }), line => line);

    /// <summary>Neighbours change places where the order of their texts says so: scripts of one bug come out alike.</summary>
    private bool Sort()
    {
        var any = false;
        for (var i = 0; i + 1 < _best.Count; i++)
        {
            if (string.CompareOrdinal(_best[i].Text, _best[i + 1].Text) > 0)
            {
                any |= Try([.. _best.Take(i), _best[i + 1], _best[i], .. _best.Skip(i + 2)]);
            }
        }

        return any;
    }

    /// <summary>Each birth gets a name of its own: a name that is used again holds two objects apart.</summary>
    private void UniqueNames()
    {
        var now = new Dictionary<string, string>();
        var used = new HashSet<string>();
        TryEach(_best, line =>
        {
            var before = new Dictionary<string, string>(now);
            if (line.Birth is { } born)
            {
                var number = 0;
                while (!used.Add($"{Vocabulary.KindOf(born)}{number}"))
                {
                    number++;
                }

                now[born] = $"{Vocabulary.KindOf(born)}{number}";
                var first = true;
                return line.Rename(name =>
                {
                    var own = first && name == born;
                    first = false;
                    return own ? now[born] : before.GetValueOrDefault(name, name);
                });
            }

            return line.Rename(name => now.GetValueOrDefault(name, name));
        });
    }

    /// <summary>Names in the order in which they are first met.</summary>
    private void CanonicalNames()
    {
        var names = new Dictionary<string, string>();
        foreach (var name in _best.SelectMany(line => line.Names))
        {
            if (!names.ContainsKey(name))
            {
                names.Add(name, $"{Vocabulary.KindOf(name)}{names.Keys.Count(other => Vocabulary.KindOf(other) == Vocabulary.KindOf(name))}");
            }
        }

        TryEach(_best, line => line.Rename(name => names[name]));
    }

    private bool TryLine(int at, Line? line) => line is not null && line != _best[at] && Try([.. _best.Take(at), line, .. _best.Skip(at + 1)]);

    private bool TryEach(IEnumerable<Line> lines, Func<Line, Line?> change)
    {
        var changed = lines.Select(change).ToList();
        return !changed.Contains(null) && !changed.SequenceEqual(_best) && Try(changed!);
    }

    private Line Of(Operation operation) => _lexicon.Of(operation);

    /// <summary>Takes the candidate where its last operation is the first that breaks a law, and it breaks the same; or, in fewer operations, another law of the same rule. What it skips is left out.</summary>
    private bool Try(List<Line> candidate)
    {
        if (Exhausted || candidate.Count == 0 || !IsNew(candidate))
        {
            return false;
        }

        // Nearly all hold. Whether another law is broken on the way is looked at where the last operation breaks the right one.
        _evaluations++;
        if (!_trial.Breaks(candidate, _wanted.Rule, isJudged: false) || !_trial.Breaks([.. _trial.Applied], _wanted.Rule, isJudged: true))
        {
            return false;
        }

        foreach (var violation in _trial.Violations)
        {
            if (violation.Rule == _wanted.Rule && (violation.Law == _wanted.Law || _trial.Applied.Count < _best.Count))
            {
                (_best, _wanted, _violations) = ([.. _trial.Applied], violation, [violation, .. _trial.Violations.Where(other => other != violation)]);
                return true;
            }
        }

        return false;
    }

    private bool IsNew(List<Line> candidate)
    {
        if (_key.Length < candidate.Count)
        {
            _key = new int[2 * candidate.Count];
        }

        for (var i = 0; i < candidate.Count; i++)
        {
            _key[i] = candidate[i].Id;
        }

        return _tried.Add(XxHash128.HashToUInt128(MemoryMarshal.AsBytes(_key.AsSpan(0, candidate.Count))));
    }
}
