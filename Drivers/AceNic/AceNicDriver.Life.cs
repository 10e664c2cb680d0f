using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using ZeroCopy.Model;

namespace ZeroCopy.Drivers.AceNic;

/// <summary>The life of each slot, followed where stores arrive. kernel: drivers/net/acenic.c, ap->skb->tx_skbuff[], ap->tx_prd, *ap->tx_csm.</summary>
public sealed partial class AceNicDriver
{
    /// <summary>Where each slot stands in its life.</summary>
    public ReadOnlySpan<AceTxDescMachine.State> Lives => _lives;

    /// <summary>The consumer index as the card wrote it last. kernel: *ap->tx_csm.</summary>
    public int Csm => (int)BinaryPrimitives.ReadUInt32LittleEndian(_txCsm.Bytes.Span);

    /// <summary>Halts of the card when it was given a packet last.</summary>
    private int _postedAt;

    /// <summary>The card was halted since it was given a packet: what it had is not its any more. It may run again, and stores of the CPU that emptied the ring be late.</summary>
    public bool IsHalted => _device.Halts != _postedAt;

    /// <summary>A store to a slot arrives. An empty one that stays empty lives no more than before.</summary>
    private void LiveOn(int idx, int mapLen)
    {
        if (mapLen > 0)
        {
            Fire(idx, AceTxDescMachine.Event.Fill);
        }
        else if (_slots[idx].MapLen > 0)
        {
            Fire(
                idx,
                _lives[idx] == AceTxDescMachine.State.Filled ? AceTxDescMachine.Event.Unwind : IsHalted ? AceTxDescMachine.Event.Clean : AceTxDescMachine.Event.Reclaim,
                IsHalted ? AceTxDescMachine.Guard.Halted : AceTxDescMachine.Guard.None);
        }
    }

    /// <summary>A store to tx_prd arrives: what lies before it is one packet, or the ring begins anew.</summary>
    private void Post(int prd)
    {
        if (IsHalted && _lives[_txPrd] != AceTxDescMachine.State.Filled)
        {
            return;
        }

        _postedAt = _device.Halts;
        for (var idx = _txPrd; idx != prd; idx = (idx + 1) % _slots.Length)
        {
            var last = (idx + 1) % _slots.Length == prd ? AceTxDescMachine.Guard.Last : AceTxDescMachine.Guard.None;
            var owns = _slots[idx].Skb is not null ? AceTxDescMachine.Guard.Owns : AceTxDescMachine.Guard.None;
            var end = Descriptor(idx).Flags.HasFlag(BdFlags.End) ? AceTxDescMachine.Guard.End : AceTxDescMachine.Guard.None;
            Fire(idx, AceTxDescMachine.Event.Post, last | owns | end);
        }
    }

    /// <summary>A word arrives in memory that the card shares.</summary>
    private void Arriving(ulong address, uint value)
    {
        if (address == _txCsm.Address)
        {
            for (var idx = Csm; idx != (int)value && !IsHalted; idx = (idx + 1) % _slots.Length)
            {
                Fire(idx, AceTxDescMachine.Event.Consume);
            }
        }
    }

    private void Fire(int idx, AceTxDescMachine.Event @event, AceTxDescMachine.Guard guards = AceTxDescMachine.Guard.None)
    {
        var next = AceTxDescMachine.Table.Next((int)_lives[idx], (int)@event, (int)guards);
        if (next < 0)
        {
            Bug(idx, @event, guards);
        }

        _lives[idx] = (AceTxDescMachine.State)next;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Bug(int idx, AceTxDescMachine.Event @event, AceTxDescMachine.Guard guards)
    {
        var rule = AceTxDescMachine.Table.Forbids(_lives[idx], @event, guards);
        throw new BugException(rule, $"{@event} of slot {idx}, which is {_lives[idx]} ({AceTxDescMachine.Table.Lacks(_lives[idx], @event, guards)}; met: {guards}; {Ring}, the card's consumer {Csm})");
    }
}
