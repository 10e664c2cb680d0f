using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Properties.Generate;
using ZeroCopy.Properties.Laws;

namespace ZeroCopy.Properties.Explore;

/// <summary>Both worlds as the exhaustive engine sees them: the operations of a mix are the events, the laws of its suite judge each step.</summary>
public sealed class WorldExplored : IExplored
{
    private readonly ExploreMix _mix;
    private readonly Checker _checker;
    private readonly IReadOnlyList<Law> _premises;
    private readonly (NameKind Kind, int Number)?[] _births;

    /// <summary>Judged by the laws of the mix's suite.</summary>
    public WorldExplored(ExploreMix mix, Profile profile)
        : this(mix, profile, Suites.Find(mix.Suite)!.LawsIn(profile))
    {
    }

    public WorldExplored(ExploreMix mix, Profile profile, IReadOnlyList<Law> laws)
    {
        _mix = mix;
        _checker = new Checker(profile, laws);
        _premises = [.. laws.Where(law => law.Kind == LawKind.Sometimes)];
        _births = [.. mix.Operations.Select(operation => Birth(operation.ToString()))];
        Events = [.. mix.Operations.Select(operation => operation.ToString())];
        Premises = [.. _premises.Select(law => law.ToString())];
        Starts = [.. mix.Starts.Select(start => start.Name)];
    }

    public IReadOnlyList<string> Starts { get; }

    public IReadOnlyList<string> Events { get; }

    public IReadOnlyList<string> Premises { get; }

    /// <summary>No packet is anywhere between a socket and the other end.</summary>
    public bool IsDrained
    {
        get
        {
            foreach (var device in _checker.World.Devices)
            {
                if (device.InFlight > 0 || device.QueueLength > 0 || _checker.World.Wire.Pending(device.Id) > 0)
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>Both worlds as they are now.</summary>
    public Checker Checker => _checker;

    public void Reset(int start)
    {
        _checker.Reset();
        foreach (var operation in _mix.Starts[start].Before)
        {
            _checker.Advance(operation);
        }
    }

    public IReadOnlyList<string> JudgeStart(int start)
    {
        _checker.Reset();
        foreach (var operation in _mix.Starts[start].Before)
        {
            _checker.Apply(operation);
            if (_checker.Violations.Count > 0)
            {
                return Broken();
            }
        }

        return [];
    }

    public bool Enabled(int @event)
    {
        var operation = _mix.Operations[@event];
        return operation.Enabled(_checker.Copying.Names) && IsLowestFree(_births[@event]) && _mix.Bound(_checker.Copying, operation);
    }

    public void Apply(int @event) => _checker.Advance(_mix.Operations[@event]);

    public IReadOnlyList<string> Judge(int @event)
    {
        _checker.ForgetCounts();
        _checker.Apply(_mix.Operations[@event]);
        return _checker.Violations.Count == 0 ? [] : Broken();
    }

    public bool HasEnded => _checker.HasPanicked;

    public bool Occurred(int premise) => _checker.Hits(_premises[premise]) > 0;

    public void WriteState(StateWriter state) => _checker.WriteState(state);

    private IReadOnlyList<string> Broken() => [.. _checker.Violations.Select(violation => $"{violation.Rule.Id} {violation.Law}").Distinct()];

    private bool IsLowestFree((NameKind Kind, int Number)? birth)
    {
        for (var name = 0; birth is { } born && name < born.Number; name++)
        {
            if (!_checker.Copying.Names.Has(born.Kind, name))
            {
                return false;
            }
        }

        return true;
    }

    private static (NameKind Kind, int Number)? Birth(string line)
    {
        var end = line.IndexOf(" = ", StringComparison.Ordinal);
        if (end < 0)
        {
            return null;
        }

        var word = line[..end];
        var kind = word.TrimEnd("0123456789".ToCharArray());
        return (kind switch
        {
            "skb" => NameKind.Skb,
            "page" => NameKind.Page,
            "file" => NameKind.File,
            "sk" => NameKind.Sock,
            "eth" => NameKind.Dev,
            "tap" => NameKind.Tap,
            "p" => NameKind.Mm,
            "kio" => NameKind.Kiobuf,
            "vec" => NameKind.Vector,
            _ => throw new ModelException($"no kind of name {kind}"),
        }, int.Parse(word[kind.Length..], System.Globalization.CultureInfo.InvariantCulture));
    }
}
