using ZeroCopy.Model;
using ZeroCopy.Model.Fork;
using ZeroCopy.Model.Pages;
using ZeroCopy.Properties.Generate;

namespace ZeroCopy.Properties.Fork;

/// <summary>The model as such a machine: operations on both paths, judged by the laws of the suite <c>fork</c>.</summary>
/// <param name="kernel">Whose rules apply.</param>
/// <param name="pages">Pages of the process at most.</param>
public sealed class ModelForkMachine(Kernel kernel, int pages) : ForkMachine
{
    /// <summary>With more pages than this the laws are evaluated once in each phase, because they look at every page of every process. What they say of a single operation is then said of the last one alone.</summary>
    public const int PagesJudgedEachStep = 64;

    private const int WordBytes = 4;
    private const int Seeds = 256;

    private static readonly MmId Parent = new(0);
    private static readonly MmId Child = new(1);

    private readonly Checker _checker = CheckerOf(new Profile(Size.Real, kernel), pages);
    private IReadOnlyList<Violation> _violations = [];

    public override ForkCost Cost
    {
        get
        {
            var cost = _checker.World.MemoryCost;
            return new ForkCost(cost.Faults, cost.Copies, cost.Clears, cost.Frames, cost.PteWrites);
        }
    }

    public override string Judged => IsEachStep ? "every law after each operation" : "every law after the last operation of each phase";

    public override long Steps => _checker.Steps;

    public override IReadOnlyList<Violation> Violations => _violations;

    private bool IsEachStep => pages <= PagesJudgedEachStep;

    public override bool Start(int pages)
    {
        _checker.Reset();
        _violations = [];
        var goesOn = Do(new MmAlloc(Parent, Zone.Low), endsPhase: false) && Do(new Mmap(Parent, 0, pages, Prot.Rw, MapKind.Private, null, 0), endsPhase: false);
        for (var page = 0; goesOn && page < pages; page++)
        {
            goesOn = Do(Store(Parent, page, seed: page), endsPhase: page == pages - 1);
        }

        if (goesOn)
        {
            DemandPremise(pages);
        }

        return goesOn;
    }

    public override bool Fork() => Do(new DoFork(Child, Parent, CloneFlags.None), endsPhase: true);

    public override bool Write(Relative who, int page, bool endsPhase) =>
        Do(who == Relative.Parent ? Store(Parent, page, seed: page + 1) : Store(Child, page, seed: page + 2), endsPhase);

    public override bool LetGo(Then how) => how switch
    {
        Then.Exec => Do(new Execve(Child), endsPhase: true),
        Then.Exit => Do(new DoExit(Child), endsPhase: true),
        _ => true,
    };

    private static Checker CheckerOf(Profile profile, int pages)
    {
        var tables = (pages + profile.PagesPerTable - 1) / profile.PagesPerTable;
        var fitting = profile with { TaskPages = tables * profile.PagesPerTable };
        return new Checker(fitting, Suites.Find("fork")!.LawsIn(fitting));
    }

    private Store Store(MmId who, int page, int seed) => new(who, page * _checker.World.Profile.PageSize, WordBytes, seed % Seeds);

    /// <summary>Applies one operation; false where something was broken.</summary>
    private bool Do(Operation operation, bool endsPhase)
    {
        if (!(IsEachStep || endsPhase ? _checker.Apply(operation) : _checker.ApplyUnjudged(operation)))
        {
            throw new ModelException($"{operation} is not enabled");
        }

        if (_checker.Violations.Count > 0)
        {
            _violations = [.. _checker.Violations];
            return false;
        }

        return _checker.World.Seen.Succeeded ? true : throw new ModelException($"{operation} was refused: {_checker.World.Seen.Refusal}");
    }

    /// <summary>The expected numbers hold for such pages alone.</summary>
    private void DemandPremise(int pages)
    {
        var mm = _checker.World.Mm(Parent);
        for (var n = 0; n < pages; n++)
        {
            if (mm.Ptes[n].Page is not { Count: 1, Reserved: false, Mapping: null, SwapEntry: < 0, Pins: 0 })
            {
                throw new ModelException($"page {n} is not what the experiment begins with");
            }
        }
    }
}
