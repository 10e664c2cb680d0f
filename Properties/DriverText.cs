using System.Text;
using ZeroCopy.Drivers;
using ZeroCopy.Model;
using ZeroCopy.Model.Smp;

namespace ZeroCopy.Properties;

/// <summary>A driver's page: what it must know, and the order of its accesses as the driver itself makes them.</summary>
internal static class DriverText
{
    private const string Connected = """
        zcverify-script 1 size=tiny kernel=linux244 suite={0}
        eth0 = register_netdev({0}, mtu=1500)
        file0 = open(low, 0102030405060708090a0b0c0d0e0f100102030405060708090a0b0c0d0e0f100102)
        sk0 = tcp_v4_connect(eth0, mss=40)
        device_run(eth0, 1)
        netif_rx(eth0, 1)
        device_run(eth0, 1)
        interrupt(eth0)

        """;

    /// <summary>A packet that closes an empty ring is sent, and reclaimed.</summary>
    private const string Example = Connected + """
        interleave(eth0)
        sys_sendfile(sk0, file0, 15, 18)
        qdisc_run(eth0, cpu0)
        run(eth0, cpu0)
        run(eth0, nic)
        run(eth0, tick)
        do_irq(eth0, cpu1)
        run(eth0, cpu1)
        """;

    /// <summary>A packet is in flight when the device goes down, and it comes up again.</summary>
    private const string Closing = Connected + """
        sys_sendfile(sk0, file0, 0, 1)
        interleave(eth0)
        dev_close(eth0, cpu1)
        run(eth0, cpu1)
        dev_open(eth0, cpu1)
        run(eth0, cpu1)
        """;

    public static string Of(DriverPage page)
    {
        var text = new StringBuilder();
        Markdown.Paragraph(text, $"{page.Title}. Source: {page.Source}.");
        Markdown.Table(text, ["register", "offset", "what it does"], page.Registers.Select(register => new[] { register.Name, register.Offset, register.Meaning }));
        Markdown.Table(text, ["word of a descriptor", "what it holds"], page.Descriptor.Select(word => new[] { word.Word, word.Meaning }));
        text.Append("Who owns what:\n\n");
        foreach (var line in page.Ownership)
        {
            Markdown.Item(text, Markdown.Text(line));
        }

        text.Append("\nWhy the accesses stand in their order:\n\n");
        foreach (var line in page.Order)
        {
            Markdown.Item(text, Markdown.Text(line));
        }

        text.Append("\nA packet of a head and three fragments, which closes the ring of the small profile (8 slots, 3 fragments at most), from the queue to the free skb, each access in its order. `cpu0` sends, `cpu1` has the interrupt, `nic` is the card and `tick` its coalescing timer:\n\n```\n");
        foreach (var line in Accesses(Example, page.Driver))
        {
            text.Append(line).Append('\n');
        }

        text.Append("```\n\nThe device goes down with a packet of two pieces in flight, and comes up again:\n\n```\n");
        foreach (var line in Accesses(Closing, page.Driver))
        {
            text.Append(line).Append('\n');
        }

        return text.Append("```\n\n").ToString();
    }

    private static IEnumerable<string> Accesses(string script, string driver)
    {
        var replay = new Replay(Script.Parse(script.Replace("{0}", driver, StringComparison.Ordinal), Language.All)) { Explains = true };
        var begun = false;
        while (replay.Next(out var step))
        {
            if (!(begun |= step.Operation is QdiscRun or Model.Net.DevClose))
            {
                continue;
            }

            foreach (var change in step.Changes)
            {
                if (change.StartsWith("cpu", StringComparison.Ordinal) || change.StartsWith("nic", StringComparison.Ordinal) || change.StartsWith("tick", StringComparison.Ordinal) || change.Contains(" emits ", StringComparison.Ordinal) || change.Contains(" dropped: ", StringComparison.Ordinal))
                {
                    yield return change;
                }
            }
        }
    }
}
