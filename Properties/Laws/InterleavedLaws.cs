using ZeroCopy.Drivers.Hme;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Smp;
using ZeroCopy.Specs;

namespace ZeroCopy.Properties.Laws;

/// <summary>Laws over a driver, its handler and its card, which go on one access at a time.</summary>
/// <remarks>Verified: after each access; "at rest" is where nobody can go on. What is between two accesses of one procedure is not looked at: the ring's own laws wait until nobody is inside the driver. Not verified: that something which goes on for ever gets somewhere.</remarks>
public static class InterleavedLaws
{
    public static readonly Law WaitsForReclaim = Law.Always(AceRules.WaitsForReclaimOnly,
        (in Step _, NetDevice device) => device.Smp is null || !Waits(device.Smp) || device.Smp.IsHandling,
        (_, device) => $"hard_start_xmit of {device.Id} was called with the queue awake, finds the ring full ({device.Ring}), and no reclaim is under way", of: DeviceTraits.Interleaved);

    public static readonly Law WaitOccurs = Law.Sometimes(AceRules.WaitsForReclaimOnly,
        (in Step _, NetDevice device) => device.Smp is { IsHandling: true } smp && Waits(smp), of: DeviceTraits.Interleaved);

    public static readonly Law NothingIsStuck = Law.Always(NetRules.NothingIsStuck,
        (in Step _, NetDevice device) => device.Smp is null || !device.Smp.IsStill || (device.InFlight == 0 && (!device.Stopped || !device.IsUp)),
        (_, device) => $"nobody can go on; {device.Driver} ({device.Id}) holds {device.InFlight} packet(s) and is {(device.Stopped ? "stopped" : "awake")}{Where(device.Smp!)}", of: DeviceTraits.Still);

    public static readonly Law RestOccurs = Law.Sometimes(NetRules.NothingIsStuck,
        (in Step _, NetDevice device) => device.Smp is { Steps: > 0, IsStill: true }, of: DeviceTraits.Still);

    public static readonly Law LocksAreReleased = Law.Always(NetRules.LocksAreReleased,
        (in Step _, NetDevice device) => device.Smp is not { IsOutsideDriver: true } smp || !IsAnyHeld(smp),
        (_, device) => $"no CPU is inside a procedure of {device.Id}, and one of its locks is held", of: DeviceTraits.Interleaved | DeviceTraits.Outside);

    public static readonly Law LockIsHeldInside = Law.Sometimes(NetRules.LocksAreReleased, (in Step _, NetDevice device) => device.Smp is { IsOutsideDriver: false } && device.Read(Word.XmitLock).Number != 0, of: DeviceTraits.Interleaved);

    public static readonly Law NoneIsTheChips = Law.Always(HmeRules.KickFollowsOwn,
        (in Step _, NetDevice device) => device is not HmeDriver { Smp: not null, IsUp: true } hme || !device.Smp.IsStill || !AnyOwned(hme),
        (_, device) => $"nobody can go on, and the chip has not looked at the descriptors of {device.InFlight} packet(s)", of: DeviceTraits.Hme | DeviceTraits.Still);

    public static readonly Law KickedOccurs = Law.Sometimes(HmeRules.KickFollowsOwn,
        (in Step _, NetDevice device) => device is HmeDriver { Smp: not null } hme && AnyOwned(hme), of: DeviceTraits.Hme | DeviceTraits.Interleaved);

    public static readonly Law LastReaderFrees = Law.Always(SkbRules.LastHolderReadsLate,
        (in Step _, NetDevice device) => device.Smp is not { Shared: { Skb: not null, Hands: 0 } },
        (_, device) => $"both readers are done on the CPUs of {device.Id}, and the skb is there", of: DeviceTraits.Sharing);

    public static readonly Law LastReaderOccurs = Law.Sometimes(SkbRules.LastHolderReadsLate,
        (in Step _, NetDevice device) => device.Smp is { Shared: { Skb: { Users: 1, List: null }, Hands: 1 } } smp && !smp.Agents[(int)AgentId.Cpu1].IsIdle, of: DeviceTraits.Sharing);

    private static bool Waits(Interleaving smp)
    {
        for (var i = 0; i < smp.Agents.Count; i++)
        {
            if (!smp.Agents[i].IsIdle && smp.Agents[i].Pending.Access == Access.Await && !smp.IsRunnable(smp.Agents[i].Id))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsAnyHeld(Interleaving smp) =>
        smp.Newest(Word.XmitLock).Number != 0 || smp.Newest(Word.DriverLock).Number != 0 || smp.Newest(Word.Rtnl).Number != 0 || smp.Newest(Word.ReceiveQueueLock).Number != 0;

    private static bool AnyOwned(HmeDriver hme)
    {
        for (var slot = 0; slot < hme.TxSkbs.Length; slot++)
        {
            if (hme.Descriptor(slot).Flags.HasFlag(TxFlags.Own))
            {
                return true;
            }
        }

        return false;
    }

    private static string Where(Interleaving smp)
    {
        var waiting = smp.Agents.Where(agent => !agent.IsIdle).Select(agent => $"{agent} before {agent.Pending.Access}").ToList();
        return waiting.Count == 0 ? "" : "; " + string.Join(", ", waiting);
    }
}
