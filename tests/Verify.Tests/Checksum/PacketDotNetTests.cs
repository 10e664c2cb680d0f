using PacketDotNet;
using ZeroCopy.Model;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Tests.Checksum;

/// <summary>A second judge of checksums that nobody here wrote. It is no judge of UDP 0.</summary>
public sealed class PacketDotNetTests
{
    [Fact]
    public void Agrees_on_every_checksum()
    {
        var judged = 0;
        foreach (var run in Run.Pairwise(Run.All(["0", "1", "4095", "4096", "4097"], [1460, 536, 1447, 1], [0, 12, 40])))
        {
            run.Send(log =>
            {
                for (var i = 0; i < log.Count; i++)
                {
                    Assert.True(IsGood(log[i].Span.ToArray()), $"{run}: {Convert.ToHexString(log[i].Span)}");
                    judged++;
                }
            });
        }

        Assert.True(judged > 10_000, $"{judged} frames");
    }

    [Fact]
    public void Sees_a_wrong_byte_anywhere()
    {
        foreach (var protocol in new[] { "tcp", "udp" })
        {
            byte[] longest = [];
            new Run("1", "acenic", protocol, 1460, "low", 12, false).Send(log =>
            {
                for (var i = 0; i < log.Count; i++)
                {
                    longest = log[i].Length > longest.Length ? log[i].Span.ToArray() : longest;
                }
            });

            // The protocol byte and the lengths are left alone: with them another dissector would judge.
            foreach (var at in Enumerable.Range(14, longest.Length - 14).Where(at => at is not (14 or 16 or 17 or 20 or 21 or 23) && at is < 46 or >= 54))
            {
                var wrong = longest.ToArray();
                wrong[at] ^= 1;
                Assert.False(IsGood(wrong), $"{protocol} byte {at}");
            }
        }
    }

    private static bool IsGood(byte[] frame)
    {
        var ip = Packet.ParsePacket(LinkLayers.Ethernet, frame).Extract<IPv4Packet>();
        return ip.ValidIPChecksum && ip.PayloadPacket switch
        {
            TcpPacket tcp => tcp.ValidTcpChecksum,
            UdpPacket udp => udp.Checksum != 0 && udp.ValidUdpChecksum,
            _ => false,
        };
    }
}
