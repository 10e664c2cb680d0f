using ZeroCopy.Drivers.AceNic;
using ZeroCopy.Drivers.Hme;
using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;
using ZeroCopy.Model.Skbs;

namespace ZeroCopy.Properties.Report;

/// <summary>A world for people: each object with its attributes. Two pictures give what a step changed.</summary>
public sealed class Picture
{
    private readonly SortedDictionary<string, List<(string What, string Value)>> _objects = new(StringComparer.Ordinal);
    private readonly Dictionary<Skb, string> _names = [];

    public Picture(World world)
    {
        NameSkbs(world);
        foreach (var (skb, name) in _names)
        {
            Draw(skb, name);
        }

        foreach (var page in world.Memory.InUse)
        {
            _objects[page.ToString()] = [("count", $"{page.Count}"), ("held by", string.Join(", ", HoldersOf(world, page)))];
        }

        foreach (var sock in world.Socks)
        {
            Draw(sock);
        }

        foreach (var device in world.Devices)
        {
            Draw(device);
        }
    }

    /// <summary>What is different here from an earlier picture, an object a line.</summary>
    public IEnumerable<string> Since(Picture before)
    {
        foreach (var (name, now) in _objects)
        {
            if (!before._objects.TryGetValue(name, out var then))
            {
                yield return $"{name} is new: {string.Join("; ", now.Where(attribute => attribute.Value.Length > 0).Select(Spell))}";
                continue;
            }

            var changes = now
                .Select(attribute => (attribute.What, Then: then.FirstOrDefault(other => other.What == attribute.What).Value ?? "", Now: attribute.Value))
                .Where(change => change.Then != change.Now)
                .Select(change => $"{change.What} {(change.Then.Length == 0 ? "none" : change.Then)} -> {(change.Now.Length == 0 ? "none" : change.Now)}")
                .Concat(then.Where(attribute => attribute.Value.Length > 0 && !now.Exists(other => other.What == attribute.What)).Select(attribute => $"{attribute.What} {attribute.Value} -> none"))
                .ToList();
            if (changes.Count > 0)
            {
                yield return $"{name}: {string.Join("; ", changes)}";
            }
        }

        foreach (var name in before._objects.Keys.Where(name => !_objects.ContainsKey(name)))
        {
            yield return $"{name} is gone";
        }
    }

    /// <summary>Everything, an attribute a line where an object has many.</summary>
    public IEnumerable<string> Lines()
    {
        foreach (var (name, attributes) in _objects)
        {
            var said = attributes.Where(attribute => attribute.Value.Length > 0).ToList();
            var head = said.Where(attribute => !attribute.What.StartsWith("slot ", StringComparison.Ordinal) && !attribute.What.StartsWith("frags[", StringComparison.Ordinal));
            yield return $"{name}: {string.Join("; ", head.Select(Spell))}";
            foreach (var attribute in said.Where(attribute => attribute.What.StartsWith("slot ", StringComparison.Ordinal) || attribute.What.StartsWith("frags[", StringComparison.Ordinal)))
            {
                yield return $"    {attribute.What,-9} {attribute.Value}";
            }
        }
    }

    private static string Spell((string What, string Value) attribute) => $"{attribute.What} {attribute.Value}";

    /// <summary>By the script's name where there is one; else by where it is.</summary>
    private void NameSkbs(World world)
    {
        for (var name = 0; name < world.SkbNames; name++)
        {
            if (world.TrySkb(new SkbId(name)) is { } skb)
            {
                _names[skb] = _names.TryGetValue(skb, out var other) ? $"{other}={new SkbId(name)}" : $"{new SkbId(name)}";
            }
        }

        foreach (var sock in world.Socks.OfType<TcpSock>())
        {
            var place = 0;
            for (var skb = sock.WriteQueue.First; skb is not null; skb = skb.NextInList)
            {
                _names.TryAdd(skb, $"{sock.Id} write queue[{place++}]");
            }
        }

        foreach (var device in world.Devices)
        {
            var place = 0;
            for (var band = 0; band < device.Bands.Count; band++)
            {
                place = 0;
                for (var skb = device.Bands[band].First; skb is not null; skb = skb.NextInList)
                {
                    _names.TryAdd(skb, $"{device.Id} band {band}[{place++}]");
                }
            }

            var held = new List<Skb>();
            device.AddHeld(held);
            foreach (var skb in held)
            {
                _names.TryAdd(skb, $"{device.Id} in flight[{place++}]");
            }
        }

        foreach (var tap in world.Taps)
        {
            var place = 0;
            for (var skb = tap.ReceiveQueue.First; skb is not null; skb = skb.NextInList)
            {
                _names.TryAdd(skb, $"{tap.Id}[{place++}]");
            }
        }

        foreach (var skb in world.Skbs.Live)
        {
            _names.TryAdd(skb, $"skb nobody has #{skb.LiveIndex}");
        }
    }

    private void Draw(Skb skb, string name)
    {
        var attributes = new List<(string, string)>
        {
            ("state", $"{skb.State}"),
            ("users", $"{skb.Users}"),
            ("len", $"{skb.Len} ({skb.HeadLen} linear, {skb.DataLen} in fragments)"),
            ("data, tail, end", $"{skb.Data}, {skb.Tail}, {skb.Block.End}"),
            ("dataref", $"{skb.Block.DataRef}"),
            ("cloned", skb.Cloned ? "yes" : ""),
            ("ip_summed", skb.IpSummed == ChecksumState.None ? "" : $"{skb.IpSummed}"),
        };
        for (var i = 0; i < skb.NrFrags; i++)
        {
            attributes.Add(($"frags[{i}]", $"{skb.Frags[i].Page} bytes {skb.Frags[i].Offset}..{skb.Frags[i].Offset + skb.Frags[i].Size}"));
        }

        _objects[name] = attributes;
    }

    private IEnumerable<string> HoldersOf(World world, Page page)
    {
        for (var name = 0; name < world.PageNames; name++)
        {
            if (world.TryPage(new PageId(name)) == page)
            {
                yield return $"{new PageId(name)}";
            }
        }

        foreach (var file in world.Files.Where(file => file.Cached.Contains(page)))
        {
            yield return $"page cache of {file.Id}[{page.Index}]";
        }

        foreach (var sock in world.Socks.Where(sock => sock.SendPageCache == page))
        {
            yield return $"{sock.Id}'s own page";
        }

        foreach (var block in world.Skbs.LiveBlocks)
        {
            var owner = world.Skbs.Live.FirstOrDefault(skb => skb.Block == block);
            for (var i = 0; i < block.NrFrags; i++)
            {
                if (block.Frags[i].Page == page)
                {
                    yield return $"frags[{i}] of {(owner is null ? "a block that no skb names" : _names[owner])}";
                }
            }
        }
    }

    private void Draw(Sock sock)
    {
        var attributes = new List<(string, string)> { ("wmem_alloc", $"{sock.WmemAlloc}") };
        if (sock is TcpSock tcp)
        {
            attributes.AddRange(
            [
                ("state", $"{tcp.State}"),
                ("snd_una", $"{tcp.SndUna}"),
                ("snd_nxt", $"{tcp.SndNxt}"),
                ("write_seq", $"{tcp.WriteSeq}"),
                ("route_caps", $"{tcp.RouteCaps}"),
            ]);
        }

        _objects[$"{sock.Id}"] = attributes;
    }

    private void Draw(NetDevice device)
    {
        var attributes = new List<(string, string)>
        {
            ("driver", device.Driver),
            ("features", $"{device.Features}"),
            ("stopped", device.Stopped ? "yes" : ""),
            ("queued", device.QueueLength == 0 ? "" : string.Join(" + ", device.Bands.Select(band => band.Length))),
            ("in flight", device.InFlight == 0 ? "" : $"{device.InFlight}"),
        };
        if (device.Ring.Entries > 0)
        {
            attributes.Add(("ring", $"{device.Ring.Entries} slots, producer {device.Ring.Producer}, consumer {device.Ring.Consumer}"));
        }

        for (var slot = 0; slot < device.Ring.Entries; slot++)
        {
            attributes.Add(($"slot {slot}", Slot(device, slot)));
        }

        _objects[$"{device.Id}"] = attributes;
    }

    private string Slot(NetDevice device, int slot) => device switch
    {
        AceNicDriver ace when ace.Slots[slot].MapLen > 0 || ace.Slots[slot].Skb is not null =>
            $"{ace.Descriptor(slot).Size} bytes at {ace.Descriptor(slot).Address:x}, {ace.Descriptor(slot).Flags}; {Owner(ace.Slots[slot].Skb)}",
        HmeDriver hme when IsInFlight(hme, slot) =>
            $"{hme.Descriptor(slot).Size} bytes at {hme.Descriptor(slot).Address:x}, {hme.Descriptor(slot).Flags}; {Owner(hme.TxSkbs[slot])}",
        _ => "",
    };

    private static bool IsInFlight(HmeDriver hme, int slot)
    {
        var ring = hme.Ring;
        return (slot - ring.Consumer + ring.Entries) % ring.Entries < (ring.Producer - ring.Consumer + ring.Entries) % ring.Entries;
    }

    private string Owner(Skb? skb) => skb is null ? "no skb" : $"owns {_names.GetValueOrDefault(skb, "an skb that is free")}";
}
