using ZeroCopy.Model;
using ZeroCopy.Model.Pages;

namespace ZeroCopy.Tests.Skb;

/// <summary>Skbs in a state, for tests: real sizes, bytes 1, 2, 3, ... across linear part and fragments, each fragment in a page of its own.</summary>
internal sealed class SkbIn
{
    public World World { get; } = new(Profile.Real);

    public Model.Skbs.Skb Skb { get; private set; } = null!;

    /// <summary>The pages of the fragments; the test holds each once more.</summary>
    public Page[] Pages { get; private set; } = [];

    public static SkbIn Linear(int length) => Paged(length);

    public static SkbIn Paged(int head, params int[] frags)
    {
        var made = new SkbIn();
        made.Skb = made.World.Skbs.AllocSkb(64 + head)!;
        made.Skb.Reserve(32);
        var next = 0;
        var linear = made.Skb.Put(head).Span;
        for (var i = 0; i < head; i++)
        {
            linear[i] = Byte(next++);
        }

        made.Pages = [.. frags.Select(_ => made.World.Memory.AllocPage(Zone.High)!)];
        for (var i = 0; i < frags.Length; i++)
        {
            for (var j = 0; j < frags[i]; j++)
            {
                made.Pages[i].Bytes.Span[100 + j] = Byte(next++);
            }

            made.Pages[i].Get();
            made.Skb.FillPageDesc(made.Pages[i], 100, frags[i]);
        }

        return made;
    }

    public static byte[] Bytes(int from, int to) => [.. Enumerable.Range(from, to - from).Select(Byte)];

    public static byte[] Read(Model.Skbs.Skb skb)
    {
        var bytes = new byte[skb.Len];
        Assert.True(skb.CopyBits(0, new Bytes(bytes, null, 0, bytes.Length)));
        return bytes;
    }

    /// <summary>Everything that an operation may change, on one line: geometry, counts, fragments, page counts.</summary>
    public string State() =>
        $"data {Skb.Data} tail {Skb.Tail} len {Skb.Len} data_len {Skb.DataLen} users {Skb.Users} dataref {Skb.Block.DataRef} cloned {Skb.Cloned} "
        + $"frags [{string.Join(' ', Skb.Frags.ToArray().Select(frag => $"{frag.Offset}+{frag.Size}"))}] pages [{string.Join(' ', Pages.Select(page => page.Count))}]";

    private static byte Byte(int i) => (byte)((i + 1) & 0xff);
}
