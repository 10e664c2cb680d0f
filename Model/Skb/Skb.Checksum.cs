using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using ZeroCopy.Specs;
using Sum = ZeroCopy.Model.Checksums.Checksum;

namespace ZeroCopy.Model.Skbs;

/// <content>Whatever understands ip_summed. kernel: the comment on checksumming in include/linux/skbuff.h.</content>
public sealed partial class Skb
{
    private ChecksumMachine.State _sum;

    /// <summary>The stored state of the machine; a law holds it against what the data says.</summary>
    public ChecksumMachine.State SumState => _sum;

    public ChecksumState IpSummed { get; private set; }

    /// <summary>It came from a device: what CHECKSUM_HW means depends on the direction.</summary>
    public bool IsReceived { get; private set; }

    /// <summary>The device is to make the sum. kernel: skb->ip_summed = CHECKSUM_HW, sending.</summary>
    public void AskDevice()
    {
        Fire(ChecksumMachine.Event.Ask);
        IpSummed = ChecksumState.Hw;
    }

    /// <summary>What the device said of a packet that it received.</summary>
    public void Received(ChecksumState state, uint csum)
    {
        IsReceived = true;
        if (state != ChecksumState.None)
        {
            Fire(state == ChecksumState.Hw ? ChecksumMachine.Event.DeviceSum : ChecksumMachine.Event.DeviceVouch);
        }

        (IpSummed, Csum) = (state, csum);
    }

    /// <summary>It goes out from here on, and what a device said of it when it came would be a request. kernel: ip_forward(), net/ipv4/ip_forward.c.</summary>
    public void ForgetReceived()
    {
        Fire(ChecksumMachine.Event.Mix);
        (IsReceived, IpSummed) = (false, ChecksumState.None);
    }

    /// <summary>Sums in the CPU what the device was to sum; false where the head is shared and there is no memory. kernel: skb_checksum_help() as intended: 2.4.4 stores the sum in a head that a clone may share.</summary>
    public bool ChecksumHelp()
    {
        var start = TransportHeader - Data;
        if (start < 0 || start >= HeadLen || start + (int)Csum + sizeof(ushort) > HeadLen)
        {
            throw new BugException(SumRules.FieldInHead, $"skb_checksum_help of a field at {start}+{Csum} in an skb with {HeadLen} linear bytes");
        }

        if (IsCloned && !ExpandHead(0, 0))
        {
            return false;
        }

        var sum = Sum.Fold(Checksum(start, Len - start, 0));
        BinaryPrimitives.WriteUInt16BigEndian(Linear.Span[(start + (int)Csum)..], sum);
        Fire(ChecksumMachine.Event.Help);
        IpSummed = ChecksumState.None;
        return true;
    }

    /// <summary>Whether the packet sums to the negative zero that a whole one must; what is known afterwards. kernel: tcp_v4_checksum_init() and tcp_checksum_complete(), with the pseudo header taken as summed.</summary>
    public bool VerifySum()
    {
        var good = IpSummed == ChecksumState.Unnecessary || Sum.Fold(IpSummed == ChecksumState.Hw && IsReceived ? Csum : Checksum(0, Len, 0)) == 0;
        Fire(ChecksumMachine.Event.Verify, good ? ChecksumMachine.Guard.Good : ChecksumMachine.Guard.None);
        IpSummed = good ? ChecksumState.Unnecessary : ChecksumState.None;
        return good;
    }

    /// <summary>Drops linear bytes in front and takes them out of the sum; false, and nothing changed, where the packet is shorter. kernel: ipgre_rcv(), net/ipv4/ip_gre.c; later skb_pull_rcsum().</summary>
    public bool PullRcsum(int count)
    {
        if (count > Len)
        {
            return false;
        }

        if (_sum == ChecksumMachine.State.Summed)
        {
            // After an odd number of bytes, what is left stands in the other halves of the words.
            var gone = Sum.Partial(Linear.Span[..Math.Min(count, HeadLen)], 0);
            Csum = Sum.BlockAdd(0, Sum.Sub(Csum, gone), count);
            Fire(ChecksumMachine.Event.Adjust);
        }

        DropFront(count);
        return true;
    }

    /// <summary>Cuts the packet and takes what is cut out of the sum; false, and nothing changed, where there is no memory. kernel: pskb_trim_rcsum() of later kernels.</summary>
    public bool TrimRcsum(int length)
    {
        if (length >= Len)
        {
            return true;
        }

        var sum = _sum == ChecksumMachine.State.Summed ? Sum.BlockSub(Csum, Checksum(length, Len - length, 0), length) : Csum;
        if (!Cut(length, mayReplace: true))
        {
            return false;
        }

        Csum = sum;
        if (IsReceived && _sum != ChecksumMachine.State.None)
        {
            Fire(ChecksumMachine.Event.Adjust);
        }

        return true;
    }

    private void Extended()
    {
        if (IsReceived)
        {
            Fire(ChecksumMachine.Event.Extend);
            IpSummed = ChecksumState.None;
        }
    }

    private void Shortened()
    {
        if (IsReceived)
        {
            Fire(ChecksumMachine.Event.Shorten);
            IpSummed = IpSummed == ChecksumState.Hw ? ChecksumState.None : IpSummed;
        }
    }

    /// <summary>A request whose first byte is gone is gone with it. kernel: skb_postpull_rcsum() of later kernels.</summary>
    private void LoseSumStart()
    {
        if (_sum == ChecksumMachine.State.Requested && TransportHeader >= 0 && TransportHeader < Data)
        {
            Fire(ChecksumMachine.Event.LoseStart);
            IpSummed = ChecksumState.None;
        }
    }

    private void JoinSum(Skb next)
    {
        if (IsReceived && next.IsReceived && IpSummed == next.IpSummed && IpSummed != ChecksumState.None)
        {
            Csum = IpSummed == ChecksumState.Hw ? Sum.BlockAdd(Csum, next.Csum, Len) : Csum;
            Fire(ChecksumMachine.Event.Adjust);
        }
        else
        {
            Fire(ChecksumMachine.Event.Mix);
            IpSummed = ChecksumState.None;
        }
    }

    private void CopySumTo(Skb copy) => (copy.Csum, copy.IpSummed, copy.IsReceived, copy._sum) = (Csum, IpSummed, IsReceived, _sum);

    private void Fire(ChecksumMachine.Event @event, ChecksumMachine.Guard asked = ChecksumMachine.Guard.None)
    {
        var next = ChecksumMachine.Table.Next((int)_sum, (int)@event, (int)asked);
        if (next < 0)
        {
            Bug(@event, asked);
        }

        _sum = (ChecksumMachine.State)next;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Bug(ChecksumMachine.Event @event, ChecksumMachine.Guard asked) =>
        throw new BugException(ChecksumMachine.Table.Forbids(_sum, @event, asked), $"{@event} of a packet whose sum is {_sum}");
}
