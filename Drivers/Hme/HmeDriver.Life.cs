using System.Runtime.CompilerServices;
using ZeroCopy.Model;

namespace ZeroCopy.Drivers.Hme;

/// <summary>The life of each descriptor, followed where words arrive. kernel: drivers/net/sunhme.c, write_txd(), happy_meal_tx().</summary>
public sealed partial class HmeDriver
{
    /// <summary>Where each descriptor stands in its life.</summary>
    public ReadOnlySpan<HmeTxDescMachine.State> Lives => _lives;

    /// <summary>Resets of the chip when it was given a descriptor last.</summary>
    private int _givenAt;

    /// <summary>The chip was reset since it was given a descriptor: what it had is not its any more. It may run again, and stores of the CPU that cleaned the ring be late.</summary>
    private bool IsHalted => _chip is not null && _chip.Halts != _givenAt;

    /// <summary>A word arrives in memory that the chip shares.</summary>
    private void Arriving(ulong address, uint value)
    {
        var (slot, at) = Math.DivRem((int)(address - _ring.Address), HmeTxDesc.Bytes);
        if (at == HmeTxDesc.AddressAt)
        {
            Fire(slot, HmeTxDescMachine.Event.Fill);
        }
        else if (value == 0)
        {
            var withheld = _lives[_entry] is HmeTxDescMachine.State.Free or HmeTxDescMachine.State.Filled ? HmeTxDescMachine.Guard.FirstWithheld : HmeTxDescMachine.Guard.None;
            Fire(slot, IsHalted ? HmeTxDescMachine.Event.Clean : HmeTxDescMachine.Event.Unwind, withheld | (IsHalted ? HmeTxDescMachine.Guard.Halted : HmeTxDescMachine.Guard.None));
        }
        else if (((TxFlags)value & TxFlags.Own) == 0)
        {
            Fire(slot, HmeTxDescMachine.Event.GiveBack);
        }
        else
        {
            var first = slot == _entry ? HmeTxDescMachine.Guard.First : HmeTxDescMachine.Guard.None;
            var owns = _txSkbs[slot] is not null ? HmeTxDescMachine.Guard.Owns : HmeTxDescMachine.Guard.None;
            var rest = IsRestGiven(slot, (TxFlags)value) ? HmeTxDescMachine.Guard.RestGiven : HmeTxDescMachine.Guard.None;
            Fire(slot, HmeTxDescMachine.Event.Give, first | owns | rest);
            _givenAt = _chip!.Halts;
        }
    }

    /// <summary>Whether the chip finds the end of the packet once it has this descriptor.</summary>
    private bool IsRestGiven(int slot, TxFlags flags)
    {
        for (var i = 1; i < _txSkbs.Length && !flags.HasFlag(TxFlags.Eop); i++)
        {
            slot = Next(slot);
            if (_lives[slot] != HmeTxDescMachine.State.Own)
            {
                return false;
            }

            flags = Descriptor(slot).Flags;
        }

        return flags.HasFlag(TxFlags.Eop);
    }

    /// <summary>A store to tx_old arrives. Where the chip was reset, the ring begins anew.</summary>
    private void Reclaim(int old)
    {
        for (var slot = _txOld; slot != old && _chip is not null && !IsHalted; slot = Next(slot))
        {
            Fire(slot, HmeTxDescMachine.Event.Reclaim);
        }
    }

    private void Fire(int slot, HmeTxDescMachine.Event @event, HmeTxDescMachine.Guard guards = HmeTxDescMachine.Guard.None)
    {
        var next = HmeTxDescMachine.Table.Next((int)_lives[slot], (int)@event, (int)guards);
        if (next < 0)
        {
            Bug(slot, @event, guards);
        }

        _lives[slot] = (HmeTxDescMachine.State)next;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Bug(int slot, HmeTxDescMachine.Event @event, HmeTxDescMachine.Guard guards)
    {
        var rule = HmeTxDescMachine.Table.Forbids(_lives[slot], @event, guards);
        throw new BugException(rule, $"{@event} of descriptor {slot}, which is {_lives[slot]} ({HmeTxDescMachine.Table.Lacks(_lives[slot], @event, guards)}; met: {guards}; {Ring})");
    }
}
