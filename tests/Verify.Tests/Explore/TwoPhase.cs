using ZeroCopy.Model;
using ZeroCopy.Properties.Explore;

namespace ZeroCopy.Tests.Explore;

/// <summary>Two-phase commit between a transaction manager and its resource managers. Lamport and Gray, Consensus on Transaction Commit; TLA+ Examples, TwoPhase.tla: 288 states with 3 resource managers, 8,832 with 5.</summary>
internal sealed class TwoPhase(int managers) : IExplored
{
    private readonly Rm[] _rm = new Rm[managers];
    private readonly bool[] _sentPrepared = new bool[managers];
    private readonly bool[] _knownPrepared = new bool[managers];
    private bool _isDecided;
    private bool _sentCommit;
    private bool _sentAbort;

    private enum Rm
    {
        Working, Prepared, Committed, Aborted,
    }

    private enum Kind
    {
        Prepare, ChooseToAbort, ReceiveCommit, ReceiveAbort, ManagerReceivesPrepared,
    }

    private static int Kinds => Enum.GetValues<Kind>().Length;

    private int Commit => Kinds * managers;

    private int Abort => Commit + 1;

    public IReadOnlyList<string> Starts => ["working"];

    public IReadOnlyList<string> Events { get; } =
        [.. Enumerable.Range(0, Kinds * managers).Select(e => $"{(Kind)(e % Kinds)}({e / Kinds})"), "Commit", "Abort"];

    public IReadOnlyList<string> Premises => ["everyone committed", "someone aborted"];

    public bool IsDrained => _rm.All(rm => rm is Rm.Committed or Rm.Aborted);

    public void Reset(int start)
    {
        Array.Clear(_rm);
        Array.Clear(_sentPrepared);
        Array.Clear(_knownPrepared);
        (_isDecided, _sentCommit, _sentAbort) = (false, false, false);
    }

    public bool Enabled(int @event)
    {
        if (@event >= Commit)
        {
            return !_isDecided && (@event == Abort || _knownPrepared.All(prepared => prepared));
        }

        var rm = @event / Kinds;
        return (Kind)(@event % Kinds) switch
        {
            Kind.Prepare or Kind.ChooseToAbort => _rm[rm] == Rm.Working,
            Kind.ReceiveCommit => _sentCommit,
            Kind.ReceiveAbort => _sentAbort,
            _ => !_isDecided && _sentPrepared[rm],
        };
    }

    public void Apply(int @event)
    {
        if (@event >= Commit)
        {
            (_isDecided, _sentCommit, _sentAbort) = (true, @event == Commit, @event == Abort);
            return;
        }

        var rm = @event / Kinds;
        switch ((Kind)(@event % Kinds))
        {
            case Kind.Prepare:
                (_rm[rm], _sentPrepared[rm]) = (Rm.Prepared, true);
                break;
            case Kind.ChooseToAbort or Kind.ReceiveAbort:
                _rm[rm] = Rm.Aborted;
                break;
            case Kind.ReceiveCommit:
                _rm[rm] = Rm.Committed;
                break;
            default:
                _knownPrepared[rm] = true;
                break;
        }
    }

    public IReadOnlyList<string> Judge(int @event)
    {
        Apply(@event);
        return _rm.Contains(Rm.Committed) && _rm.Contains(Rm.Aborted) ? ["TCConsistent"] : [];
    }

    public bool Occurred(int premise) => premise == 0 ? _rm.All(rm => rm == Rm.Committed) : _rm.Contains(Rm.Aborted);

    public void WriteState(StateWriter state)
    {
        for (var rm = 0; rm < managers; rm++)
        {
            state.Write((int)_rm[rm]);
            state.Write(_sentPrepared[rm]);
            state.Write(_knownPrepared[rm]);
        }

        state.Write(_isDecided);
        state.Write(_sentCommit);
        state.Write(_sentAbort);
    }
}
