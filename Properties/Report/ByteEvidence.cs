using System.Text;
using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Skbs;
using ZeroCopy.Properties.Laws;

namespace ZeroCopy.Properties.Report;

/// <summary>Bytes that differ between the paths: which, what they are, whose they are, and the memory that they were read from. Found by replay: once to the step that differs, once to the step before it, when the packets were still on their way.</summary>
public static class ByteEvidence
{
    private const int BytesBefore = 4;
    private const int BytesShown = 16;

    /// <summary>Markdown; empty where no bytes differ, or the operation was stopped halfway.</summary>
    public static string Of(Script script, IReadOnlyList<Law> laws)
    {
        var replay = new Replay(script, laws) { Explains = true };
        replay.Run();
        if (replay.Violations.Count == 0 || replay.Violations.Any(violation => violation.Law == Violation.Guard))
        {
            return "";
        }

        var (world, copying, seen) = (replay.Checker.World, replay.Checker.Copying, replay.Checker.World.Seen);
        for (int i = 0, j = 0; i < seen.Frames.Count; i++)
        {
            if (seen.Frames[i].FromPeer)
            {
                continue;
            }

            if (copying.Emitted[j++]?.Frame is { } expected && FirstDifference(seen.Frames[i], expected) is { } at)
            {
                return Wire(script, laws, replay, i, expected, at);
            }
        }

        if (replay.Last is SkbCopyBits read && !seen.Read.SequenceEqual(copying.Answer))
        {
            var at = seen.Read.CommonPrefixLength(copying.Answer);
            return $"What `{read}` returned differs from byte {at} on.\n\n- it was to be read from: {new Picture(world).PlaceOf(world.Skb(read.Skb), read.Offset + at)}\n\n{Table(copying.Answer, seen.Read, at)}";
        }

        for (var name = 0; name < world.SkbNames; name++)
        {
            var id = new SkbId(name);
            if (world.TrySkb(id) is { } skb && copying.HasSkb(id) && SkbLaws.Differs(skb, copying.Skb(id).Bytes) is >= 0 and var at)
            {
                return $"{id} has {skb.Len} bytes, on the copying path {copying.Skb(id).Bytes.Length}. They differ from byte {at} on.\n\n- the byte lies in: {new Picture(world).PlaceOf(skb, at)}\n\n{Table(copying.Skb(id).Bytes, BytesOf(skb), at)}";
            }
        }

        return "";
    }

    private static int? FirstDifference(Frame observed, Frame expected)
    {
        var at = observed.Span.CommonPrefixLength(expected.Span);
        if (at < observed.Length || at < expected.Length)
        {
            return at;
        }

        at = observed.Shadow.CommonPrefixLength(expected.Shadow);
        return at < Math.Min(observed.Shadow.Length, expected.Shadow.Length) ? at : null;
    }

    private static string Wire(Script script, IReadOnlyList<Law> laws, Replay replay, int index, Frame expected, int at)
    {
        var seen = replay.Checker.World.Seen;
        var observed = seen.Frames[index];
        var place = Enumerable.Range(0, index).Count(i => !seen.Frames[i].FromPeer && seen.Frames[i].Device == observed.Device);
        var text = new StringBuilder($"A frame of {observed.Length} bytes from {observed.Device}");
        var number = Enumerable.Range(0, index).Count(i => !seen.Frames[i].FromPeer);
        var segment = replay.Emitted[number];
        var headers = WireFields.HeaderBytes(expected.Span);
        if (segment is { } planned)
        {
            text.Append($": {Replay.Spell(replay.Checker.World, planned)}");
        }

        text.Append($".\n\n- first difference: byte {at}, {WireFields.NameOf(expected.Span, at)}");
        if (at >= headers && segment is { } data)
        {
            text.Append($", which is byte {StreamByte(replay.Checker.World, data) + at - headers} of the stream of {data.Flow}");
        }

        text.Append('\n');
        if (at < expected.Shadow.Length && at < observed.Shadow.Length && at >= headers)
        {
            text.Append($"- by the copying path it is {expected.Shadow[at]}; what was sent is {observed.Shadow[at]}\n");
        }

        if (BeforeTheStep(script, laws, replay) is { } before)
        {
            var device = before.Checker.World.Device(observed.Device);
            var held = Picture.HeldBy(device);
            var sent = held.Count - before.Waiting(observed.Device) + place;
            if (sent >= 0 && sent < held.Count)
            {
                text.Append($"- read from: {before.Picture.PlaceOf(held[sent], at)}\n");
                if (segment is { SumByDevice: true } && SumAt(expected.Span, at) is { } seed && seed + sizeof(ushort) <= held[sent].HeadLen)
                {
                    text.Append($"- before this step the skb had {Word(held[sent].Linear.Span, seed):x4} there\n");
                }
            }
        }

        if (segment is { SumByDevice: true } && SumAt(expected.Span, at) is { } field && observed.Length >= field + 2)
        {
            text.Append("- the skb came with CHECKSUM_HW: the device made this sum and stored it there\n")
                .Append($"- what the device summed is {Minus(Word(expected.Span, field), Word(observed.Span, field)):x4} more than it should be, in ones' complement; the pseudo header alone sums to {PseudoHeader(expected.Span):x4}\n");
        }

        return text.Append(observed.Span.SequenceEqual(expected.Span)
            ? "- by value all bytes are equal: only where they came from differs\n"
            : $"\n{Table(expected.Span, observed.Span, at)}").ToString();
    }

    /// <summary>Where the transport checksum is that a byte belongs to; null for another byte.</summary>
    private static int? SumAt(ReadOnlySpan<byte> frame, int at) =>
        WireFields.NameOf(frame, at) is not ("TCP checksum" or "UDP checksum") ? null
        : WireFields.NameOf(frame, at - 1) == WireFields.NameOf(frame, at) ? at - 1 : at;

    private static int Word(ReadOnlySpan<byte> bytes, int at) => (bytes[at] << 8) | bytes[at + 1];

    private static int Minus(int left, int right) => (left - right + 0xffff) % 0xffff;

    private static int PseudoHeader(ReadOnlySpan<byte> frame)
    {
        const int ip = 14;
        var sum = frame[ip + 9] + frame.Length - ip - ((frame[ip] & 15) * 4);
        for (var i = 12; i < 20; i += 2)
        {
            sum += Word(frame, ip + i);
        }

        return sum % 0xffff;
    }

    private static Replay BeforeTheStep(Script script, IReadOnlyList<Law> laws, Replay replay)
    {
        var before = new Replay(script, laws) { Explains = true };
        for (var steps = replay.Applied + replay.Skipped - 1; steps > 0; steps--)
        {
            before.Next(out _);
        }

        return before;
    }

    /// <summary>Place in the stream of a segment's first byte.</summary>
    private static long StreamByte(World world, in Segment segment) =>
        world.Sock(segment.Flow) is TcpSock sock ? unchecked(segment.Seq - sock.FirstSeq) : 0;

    private static byte[] BytesOf(Skb skb)
    {
        var bytes = new List<byte>(skb.Linear.Span.ToArray());
        foreach (var frag in skb.Frags)
        {
            bytes.AddRange(frag.Bytes.Span);
        }

        return [.. bytes];
    }

    /// <summary>The bytes around the first that differs, those that differ marked.</summary>
    private static string Table(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> observed, int at)
    {
        var first = Math.Max(0, at - BytesBefore);
        var end = Math.Min(Math.Max(expected.Length, observed.Length), first + BytesShown);
        var (numbers, wanted, got, marks) = (new StringBuilder("byte    "), new StringBuilder("expected"), new StringBuilder("observed"), new StringBuilder("        "));
        for (var i = first; i < end; i++)
        {
            var (left, right) = (i < expected.Length ? $"{expected[i]:x2}" : "--", i < observed.Length ? $"{observed[i]:x2}" : "--");
            numbers.Append($" {i,4}");
            wanted.Append($"   {left}");
            got.Append($"   {right}");
            marks.Append(left == right ? "     " : "   ^^");
        }

        return $"```\n{numbers}\n{wanted}\n{got}\n{(marks.ToString().TrimEnd() is { Length: > 0 } marked ? marked + "\n" : "")}```\n";
    }
}
