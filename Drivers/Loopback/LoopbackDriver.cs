using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Skbs;

namespace ZeroCopy.Drivers.Loopback;

/// <summary>The loopback device: no hardware, no DMA, no sum. The skb itself goes to the receiver's backlog; its pages are read when the receiver copies. kernel: drivers/net/loopback.c; netif_rx().</summary>
public sealed class LoopbackDriver(World world, DevId id, int mtu, NetifFeatures lacking) : NetDevice(world, id, "loopback", mtu, lacking)
{
    /// <summary>16 KiB of data and the headers before it. kernel: LOOPBACK_OVERHEAD.</summary>
    public const int DefaultMtu = 16436;

    private readonly Queue<Skb> _backlog = new();

    public override NetifFeatures HardwareFeatures => NetifFeatures.Sg | NetifFeatures.FragList | NetifFeatures.NoCsum | NetifFeatures.HighDma;

    public override int AddressBits => 64;

    public override TxRing Ring => default;

    public override int InFlight => _backlog.Count;

    public override void AddHeld(List<Skb> to) => to.AddRange(_backlog);

    /// <summary>kernel: loopback_xmit().</summary>
    public override bool HardStartXmit(Skb skb)
    {
        _backlog.Enqueue(skb);
        Descriptors++;
        return true;
    }

    /// <summary>The receiver's softirq. kernel: net_rx_action(), process_backlog().</summary>
    public override int RunDevice(int packets)
    {
        var sent = 0;
        for (; sent < packets && _backlog.TryDequeue(out var skb); sent++)
        {
            var (frame, index) = World.Wire.Frame(Id, skb.Len);
            skb.CopyBits(0, frame);
            // loopback_xmit() vouches for what it hands back: CHECKSUM_UNNECESSARY.
            World.Wire.Emit(index, ChecksumState.Unnecessary);
            skb.OrphanFragsRx();
            skb.Kfree();
        }

        return sent;
    }

    public override void Interrupt()
    {
        // There is no hardware to interrupt.
    }

    public override void WriteState(StateWriter state)
    {
        base.WriteState(state);
        state.Write(_backlog.Count);
        foreach (var skb in _backlog)
        {
            skb.WriteState(state);
        }
    }
}
