using ZeroCopy.Model;
using ZeroCopy.Model.Fork;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Smp;
using ZeroCopy.Properties.Generate;
using ZeroCopy.Properties.Laws;
using ZeroCopy.Properties.Report;

namespace ZeroCopy.Properties;

/// <summary>One step of a replay.</summary>
/// <param name="Operation">What was asked.</param>
/// <param name="Skipped">It was not enabled.</param>
/// <param name="Violations">What it broke.</param>
/// <param name="Changes">What it did, for people.</param>
public sealed record ReplayStep(Operation Operation, bool Skipped, IReadOnlyList<Violation> Violations, IReadOnlyList<string> Changes);

/// <summary>Runs a script again, one operation at a time, up to its first violation.</summary>
/// <param name="script">What is run.</param>
/// <param name="laws">What judges it.</param>
public sealed class Replay(Script script, IReadOnlyList<Law> laws)
{
    private readonly Checker _checker = new(script.Header.Profile, laws);
    private readonly Dictionary<DevId, List<OnTheWay>> _waiting = [];
    private readonly Dictionary<DevId, List<OnTheWay>> _taken = [];
    private readonly List<Segment?> _emitted = [];
    private Picture? _picture;
    private int _next;

    /// <summary>Judged by the laws of the suite that its header names.</summary>
    public Replay(Script script)
        : this(script, Suites.LawsFor(script.Header))
    {
    }

    public int Applied { get; private set; }

    public int Skipped { get; private set; }

    public IReadOnlyList<Violation> Violations { get; private set; } = [];

    /// <summary>The checker with both worlds as they are now.</summary>
    public Checker Checker => _checker;

    /// <summary>The operation that was taken last; null before the first.</summary>
    public Operation? Last { get; private set; }

    /// <summary>Whether each step says what it changed: pictures of the world take their time.</summary>
    public bool Explains { get; init; }

    /// <summary>The world as it is now.</summary>
    public Picture Picture => _picture ??= new Picture(_checker.World);

    /// <summary>The segment of each frame that a device emitted in the last step, in order; null for a frame that nobody planned. Only where it explains.</summary>
    public IReadOnlyList<Segment?> Emitted => _emitted;

    /// <summary>Packets of a device that were handed to it and not emitted. Only where it explains.</summary>
    public int Waiting(DevId device) => (_waiting.TryGetValue(device, out var segments) ? segments.Count : 0) + (_taken.TryGetValue(device, out var taken) ? taken.Count : 0);

    /// <summary>Takes one step; false at the end, after a violation, and after a BUG that had to come.</summary>
    public bool Next(out ReplayStep step)
    {
        step = null!;
        if (_next == script.Operations.Count || Violations.Count > 0 || _checker.HasPanicked)
        {
            return false;
        }

        var operation = Last = script.Operations[_next++];
        var before = Explains ? Picture : null;
        var changes = new List<string>();
        _emitted.Clear();
        _checker.AfterEach = before is null ? null : () => Tell(changes);
        if (!_checker.Apply(operation))
        {
            Skipped++;
            step = new ReplayStep(operation, true, [], []);
            return true;
        }

        Applied++;
        Violations = [.. _checker.Violations];
        _picture = before is null ? null : new Picture(_checker.World, before);
        step = new ReplayStep(operation, false, Violations, before is null ? [] : [.. changes, .. _picture!.Since(before)]);
        return true;
    }

    /// <summary>Runs to the end.</summary>
    public void Run()
    {
        while (Next(out _))
        {
        }
    }

    /// <summary>Runs to the end and says what was violated first: empty for nothing.</summary>
    public static IReadOnlyList<Violation> Run(Script script)
    {
        var replay = new Replay(script);
        replay.Run();
        return replay.Violations;
    }

    /// <summary>Ids of the rules that a script violates first, with spaces between; empty for none. Text in and text out, so that another build of the model can be asked.</summary>
    public static string Violated(string script) =>
        string.Join(' ', Run(Script.Parse(script, Language.All)).Select(violation => violation.Rule.Id).Distinct());

    /// <summary>An entry of the segment plan in words.</summary>
    public static string Spell(World world, in Segment segment)
    {
        var what = segment.Protocol == Ipv4.ProtocolUdp ? $"datagram {segment.Seq}"
            : ((segment.Flags & TcpFlags.Syn) != 0 ? "SYN, " : (segment.Flags & TcpFlags.Fin) != 0 ? "FIN, " : segment.Length == 0 ? "ACK, " : "")
                + $"seq {(world.Sock(segment.Flow) is TcpSock sock ? Picture.Relative(sock, segment.Seq) : "")}";
        return $"segment {segment.Number}, {segment.Flow} {what}{(segment.Length == 0 ? "" : $", {Bytes(segment.Length)} of data")}{(segment.Attempt > 1 ? $", attempt {segment.Attempt}" : "")}";
    }

    private static string Bytes(long count) => $"{count} byte{(count == 1 ? "" : "s")}";

    /// <summary>What one application of the operation did.</summary>
    private void Tell(List<string> lines)
    {
        var (world, seen) = (_checker.World, _checker.World.Seen);
        if (Last is RunStops or Reorder && seen.Count > 0)
        {
            var device = world.Device(((ScheduleStep)Last).Device);
            lines.Add($"{ScheduleStep.Spell(device.Smp!.Last.Agent)}: {device.Spell(device.Smp.Last)}");
        }

        if (_checker.HasPanicked)
        {
            lines.Add("BUG, as it must be: the sequence ends here");
        }
        else if (!seen.Succeeded)
        {
            lines.Add($"refused: {seen.Refusal}");
        }
        else if (Last is Sendfile or TcpSendmsg or UdpSendmsg)
        {
            lines.Add($"{Bytes(seen.Count)} accepted");
        }
        else if (Last is ScheduleCall)
        {
            lines.Add($"p{seen.Count} is to run");
        }
        else if (seen.ReadLength > 0)
        {
            lines.Add($"read {SkbLaws.Hex(seen.Read)}");
        }

        foreach (var (happening, index) in seen.Happenings)
        {
            switch (happening)
            {
                case Happening.Planned:
                    var segment = seen.Plan[index];
                    WaitingOf(segment.Device).Add(new OnTheWay(segment.Number, segment));
                    lines.Add($"{Spell(world, segment)}: dev_queue_xmit to {segment.Device}");
                    break;
                case Happening.Forwarded:
                    var forward = seen.Forwards[index];
                    WaitingOf(forward.Device).Add(new OnTheWay(forward.Number, null));
                    lines.Add($"segment {forward.Number}, another host's: dev_queue_xmit to {forward.Device}");
                    break;
                case Happening.Dropped:
                    var drop = seen.Drops[index];
                    WaitingOf(drop.Device).RemoveAll(waiting => waiting.Number == drop.Number);
                    TakenBy(drop.Device).RemoveAll(taken => taken.Number == drop.Number);
                    lines.Add($"segment {drop.Number} dropped: {drop.Reason}");
                    break;
                case Happening.Shown:
                    lines.Add($"{seen.Shown[index].Tap} is shown segment {seen.Shown[index].Number}{(seen.Shown[index].Fate == TapFate.Queued ? "" : $", and misses it: {seen.Shown[index].Fate}")}");
                    break;
                case Happening.HandedOver:
                    HandOver(seen.Handovers[index], lines);
                    break;
                case Happening.Requeued:
                    lines.Add($"{seen.Requeued[index].Device} is busy: segment {seen.Requeued[index].Number} is queued again");
                    break;
                case Happening.Emitted:
                    lines.Add(Emit(world, seen.Frames[index]));
                    break;
                case Happening.Received:
                    lines.Add($"a frame of {seen.Received[index].Length} bytes from the peer reaches the stack");
                    break;
                default:
                    throw new ModelException($"no happening {happening}");
            }
        }
    }

    /// <summary>What a driver takes comes out in that order, whatever band it waited in.</summary>
    private void HandOver(in Handover handover, List<string> lines)
    {
        var (waiting, number) = (WaitingOf(handover.Device), handover.Number);
        var at = waiting.FindIndex(segment => segment.Number == number);
        if (!handover.Taken)
        {
            lines.Add($"{handover.Device} is busy: segment {number} is queued again");
        }
        else if (at >= 0)
        {
            TakenBy(handover.Device).Add(waiting[at]);
            waiting.RemoveAt(at);
        }
    }

    private string Emit(World world, Frame frame)
    {
        var taken = TakenBy(frame.Device);
        OnTheWay? sent = taken.Count > 0 ? taken[0] : null;
        _emitted.Add(sent?.Planned);
        taken.RemoveRange(0, Math.Min(1, taken.Count));
        return $"{frame.Device} emits {frame.Length} bytes{(sent is not { } packet ? ", which nobody planned" : packet.Planned is { } planned ? $": {Spell(world, planned)}" : $": segment {packet.Number}, another host's")}";
    }

    private List<OnTheWay> WaitingOf(DevId device) => Of(_waiting, device);

    private List<OnTheWay> TakenBy(DevId device) => Of(_taken, device);

    private static List<OnTheWay> Of(Dictionary<DevId, List<OnTheWay>> lists, DevId device)
    {
        if (!lists.TryGetValue(device, out var segments))
        {
            lists.Add(device, segments = []);
        }

        return segments;
    }

    /// <summary>A packet that a device has and has not sent.</summary>
    /// <param name="Number">Its number in the plan.</param>
    /// <param name="Planned">Its entry; null for another host's.</param>
    private readonly record struct OnTheWay(int Number, Segment? Planned);
}
