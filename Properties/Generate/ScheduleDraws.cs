using ZeroCopy.Drivers.AceNic;
using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Skbs;
using ZeroCopy.Model.Smp;

namespace ZeroCopy.Properties.Generate;

/// <summary>Schedules: from some step on driver, handler and card of a device go on one access at a time, now this one and now that.</summary>
public static class ScheduleDraws
{
    internal const int MostStops = 12;

    public static IReadOnlyList<Draw> All { get; } =
    [
        new("interleave", 6, Needs.Dev, hand => new Interleave(hand.Dev())),
        new("qdisc_run", 10, Needs.Interleaved, hand => new QdiscRun(hand.InterleavedDev(), Cpu(hand))),
        new("do_irq", 10, Needs.Interleaved, TakeInterrupt, Prepares: true),
        new("run", 60, Needs.Interleaved, Run),
        new("reorder", 10, Needs.Interleaved, Late, Prepares: true),
        new("lose_irq", 3, Needs.Interleaved, Lose, Prepares: true),
        new("raise_irq", 4, Needs.Interleaved, hand => new RaiseIrq(hand.InterleavedDev())),
        new("alloc_skb", 2, Needs.Interleaved | Needs.NewSkb, Queued, Allocates: 2),
        new("skb_get", 1, Needs.Interleaved | Needs.Skb | Needs.NewSkb, hand => new SkbGet(hand.NewSkb(), hand.Skb())),
        new("skb_free_datagram", 2, Needs.Interleaved | Needs.Skb, Readers),
    ];

    /// <summary>A datagram that two readers will have, and be done with.</summary>
    private static AllocSkb Queued(Hand hand)
    {
        var (device, queued, peeked) = (hand.InterleavedDev(), hand.NewSkb(), default(SkbId));
        if (hand.World.Device(device).Smp!.CanShare && hand.MayName(2))
        {
            hand.Plan(at => new SkbGet(peeked = at.NewSkb(), queued), _ => new SkbFreeDatagram(device, queued, peeked));
        }

        return new AllocSkb(queued, hand.Length(hand.PageSize));
    }

    /// <summary>Both names of a packet, wherever one has two.</summary>
    private static SkbFreeDatagram Readers(Hand hand)
    {
        var queued = hand.Skb(static (names, skb) => names.IsShared(skb));
        return new SkbFreeDatagram(hand.InterleavedDev(), queued, hand.Skb((names, skb) => names.Shape(skb) == names.Shape(queued), except: queued));
    }

    public static IReadOnlyList<Draw> OfAceNic { get; } = [new("max_tx_desc", 2, Needs.Dev | Needs.OpenTcp | Needs.File, TellOfEach, Prepares: true)];

    /// <summary>The card tells of each descriptor, and soon tells of a packet that it is in the middle of.</summary>
    private static MaxTxDesc TellOfEach(Hand hand)
    {
        var device = hand.Dev();
        if (!hand.Names.IsInterleaved(device))
        {
            hand.Plan(_ => new Interleave(device));
        }

        hand.Plan(
            NetDraws.SendPages,
            _ => new QdiscRun(device, AgentId.Cpu0),
            _ => new RunStops(device, AgentId.Cpu0, 0),
            drawn => new RunStops(device, AgentId.Nic, 1 + drawn.Rng.Below(9)),
            _ => new RunStops(device, AgentId.Tick, 0),
            _ => new Irq(device, AgentId.Cpu1),
            _ => new RunStops(device, AgentId.Cpu1, 0));
        return new MaxTxDesc(device);
    }

    /// <summary>A CPU that is in the middle of a transmit, as often as another.</summary>
    private static AgentId Cpu(Hand hand) => hand.Rng.OneIn(2) ? AgentId.Cpu1 : AgentId.Cpu0;

    /// <summary>Where the queue is stopped, what wakes it: the card comes to its end, and the other CPU runs the queue again while the handler is still about to publish.</summary>
    private static Operation TakeInterrupt(Hand hand)
    {
        var device = hand.InterleavedDev();
        var (handler, other) = hand.Rng.OneIn(2) ? (AgentId.Cpu1, AgentId.Cpu0) : (AgentId.Cpu0, AgentId.Cpu1);
        if (!hand.World.Device(device).Stopped || hand.Rng.OneIn(3))
        {
            return new Irq(device, handler);
        }

        hand.Plan(
            _ => new RunStops(device, other, 0),
            _ => new RunStops(device, AgentId.Nic, 0),
            _ => new RunStops(device, AgentId.Tick, 0),
            _ => new Irq(device, handler),
            at => new RunStops(device, handler, (2 * MostStops) - at.Rng.Below(MostStops)),
            _ => new QdiscRun(device, other),
            _ => new RunStops(device, other, 0));
        return new RunStops(device, handler, 0);
    }

    /// <summary>What the card says is lost; often the watchdog comes, or a later interrupt makes up for it.</summary>
    private static Operation Lose(Hand hand)
    {
        var device = hand.InterleavedDev();
        hand.Plan(
            _ => new RunStops(device, AgentId.Tick, 0),
            _ => new LoseIrq(device),
            drawn => drawn.Rng.OneIn(2) ? new TxTimeout(device, AgentId.Cpu1) : new Irq(device, AgentId.Cpu1),
            _ => new RunStops(device, AgentId.Cpu1, 0));
        return new RunStops(device, AgentId.Nic, 0);
    }

    private static RunStops Run(Hand hand)
    {
        var device = hand.InterleavedDev();
        var smp = hand.World.Device(device).Smp!;
        var agent = (AgentId)hand.Rng.Below(smp.Agents.Count);
        for (var i = 0; i < smp.Agents.Count && !smp.IsRunnable(agent); i++)
        {
            agent = (AgentId)(((int)agent + 1) % smp.Agents.Count);
        }

        return new RunStops(device, agent, hand.Rng.OneIn(3) ? 0 : 1 + hand.Rng.Below(MostStops));
    }

    /// <summary>An agent whose next access may find an older value, wherever there is one. Where there is none, whoever is in the middle of its work goes on access by access until there is.</summary>
    private static Operation Late(Hand hand)
    {
        var device = hand.InterleavedDev();
        return Towards(device, MostStops)(hand);
    }

    private static Func<Hand, Operation> Towards(DevId device, int more) => hand =>
    {
        var smp = hand.World.Device(device).Smp!;
        for (var agent = AgentId.Cpu0; agent <= AgentId.Tick; agent++)
        {
            if (smp.Outcomes(agent) is > 1 and var outcomes)
            {
                return new Reorder(device, agent, 1 + hand.Rng.Below(outcomes - 1));
            }
        }

        var busy = smp.Agents[hand.Rng.Below(smp.Agents.Count)];
        for (var i = 0; i < smp.Agents.Count && (busy.IsIdle || !smp.IsRunnable(busy.Id)); i++)
        {
            busy = smp.Agents[((int)busy.Id + 1) % smp.Agents.Count];
        }

        if (more > 0 && !busy.IsIdle && smp.IsRunnable(busy.Id))
        {
            hand.Plan(Towards(device, more - 1));
        }

        return new RunStops(device, busy.IsIdle ? AgentId.Nic : busy.Id, 1);
    };
}
