using ZeroCopy.Drivers.AceNic;
using ZeroCopy.Drivers.Hme;
using ZeroCopy.Drivers.Unconverted;
using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;
using ZeroCopy.Model.Skbs;

namespace ZeroCopy.Properties.Report;

/// <summary>A world for people: each object by the kernel's name, with what is to be said of it. Two pictures give what a step changed.</summary>
public sealed class Picture
{
    private const string Slot = "slot ";
    private const string Fragment = "frags[";
    private const string HeldByWord = "held by";

    private readonly World _world;
    private readonly SortedDictionary<string, List<Attribute>> _objects = new(StringComparer.Ordinal);
    private readonly Dictionary<Skb, string> _names = [];
    private readonly Dictionary<string, int> _numbers;

    /// <param name="world">What is to be seen.</param>
    /// <param name="before">The picture before it: an skb that the script has no name for keeps the one that it has there.</param>
    public Picture(World world, Picture? before = null)
    {
        _world = world;
        _numbers = before is null ? [] : new(before._numbers);
        NameSkbs(before);
        foreach (var (skb, name) in _names)
        {
            Draw(skb, name);
        }

        foreach (var page in world.Memory.InUse)
        {
            Draw(page);
        }

        foreach (var mm in world.Mms)
        {
            Draw(mm);
        }

        for (var name = 0; name < world.TaskNames; name++)
        {
            if (world.TryTask(new MmId(name)) is { Fault: { } fault } task)
            {
                _objects[$"fault of {task.Id}"] = [new("", $"page {fault.N}, {(fault.Write ? "write" : "read")}: has given up the lock of the page table, and has {fault.Page}")];
            }
        }

        foreach (var pin in world.Pins)
        {
            Draw(pin);
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

    /// <summary>The name of an skb; what it is called where nobody has it.</summary>
    public string NameOf(Skb skb) => _names.GetValueOrDefault(skb, "an skb that is free");

    /// <summary>What a driver and its queue hold, oldest first.</summary>
    public static IReadOnlyList<Skb> HeldBy(NetDevice device)
    {
        var held = new List<Skb>();
        if (device.Ring.Entries == 0)
        {
            device.AddHeld(held);
        }

        for (var i = 0; i < device.Ring.Entries; i++)
        {
            if (OwnerOf(device, (device.Ring.Consumer + i) % device.Ring.Entries) is { } skb)
            {
                held.Add(skb);
            }
        }

        foreach (var band in device.Bands)
        {
            for (var skb = band.First; skb is not null; skb = skb.NextInList)
            {
                held.Add(skb);
            }
        }

        return held;
    }

    /// <summary>Which memory a byte of a packet lies in.</summary>
    public string PlaceOf(Skb skb, int offset)
    {
        if (offset < skb.HeadLen)
        {
            return $"{NameOf(skb)}, linear data, byte {offset} (skb->head + {skb.Data + offset})";
        }

        var at = offset - skb.HeadLen;
        for (var i = 0; i < skb.NrFrags; i++)
        {
            var frag = skb.Frags[i];
            if (at < frag.Size)
            {
                return $"{NameOf(skb)}, frags[{i}], byte {at}: {frag.Page} byte {frag.Offset + at}{(frag.Page.Mapping is { } file ? $", which is byte {(frag.Page.Index * _world.Profile.PageSize) + frag.Offset + at} of {file.Id}" : "")}";
            }

            at -= frag.Size;
        }

        return $"beyond the {skb.Len} bytes of {NameOf(skb)}";
    }

    /// <summary>What is different here from an earlier picture, an object a line.</summary>
    public IEnumerable<string> Since(Picture before)
    {
        var moved = MovedSince(before);
        string NameNow(string text) => moved.Aggregate(text, (now, move) => now.Replace(move.Key, move.Value, StringComparison.Ordinal));
        foreach (var (then, now) in moved)
        {
            yield return $"{then} is now {now}";
        }

        var earlier = before._objects.ToDictionary(
            then => moved.GetValueOrDefault(then.Key, then.Key), then => then.Value.ConvertAll(attribute => attribute.With(NameNow)));
        foreach (var (name, now) in _objects)
        {
            if (!earlier.TryGetValue(name, out var then))
            {
                yield return Join($"{name} is new", now.Where(attribute => attribute.IsSaid).Select(attribute => attribute.ToString()));
                continue;
            }

            var changes = now
                .Select(attribute => attribute.Since(then.Find(other => other.What == attribute.What)))
                .Concat(then.Where(attribute => !now.Exists(other => other.What == attribute.What)).Select(attribute => new Attribute(attribute.What, "").Since(attribute)))
                .OfType<string>()
                .ToList();
            if (changes.Count > 0)
            {
                yield return Join(name, changes);
            }
        }

        foreach (var name in earlier.Keys.Where(name => !_objects.ContainsKey(name)).Order(StringComparer.Ordinal))
        {
            yield return $"{name} is gone";
        }
    }

    /// <summary>Every skb that is alive, by its name.</summary>
    internal IReadOnlyDictionary<Skb, string> Skbs => _names;

    /// <summary>Names of skbs that another slot or list has now: the same object, with the same packet in it. Structs are used again: one with another packet is another skb.</summary>
    internal Dictionary<string, string> MovedSince(Picture before)
    {
        var moved = new Dictionary<string, string>();
        foreach (var (skb, now) in _names)
        {
            if (before._names.TryGetValue(skb, out var then) && then != now && !before._objects.ContainsKey(now) && !_objects.ContainsKey(then)
                && before._objects[then].Where(IsOfPacket).SequenceEqual(_objects[now].Where(IsOfPacket)))
            {
                moved.Add(then, now);
            }
        }

        return moved;
    }

    private static bool IsOfPacket(Attribute attribute) => attribute.What is "len" or "head" or "headroom" || attribute.What.StartsWith(Fragment, StringComparison.Ordinal);

    /// <summary>The skb whose head a block is; null for none.</summary>
    public string? OwnerOf(Block block) =>
        _world.Skbs.Live.Where(skb => skb.Block.Memory == block).Select(NameOf).Order(StringComparer.Ordinal).FirstOrDefault();

    /// <summary>Everything: an object a line, and below it a line for each fragment or slot.</summary>
    public IEnumerable<string> Lines()
    {
        foreach (var (name, attributes) in _objects)
        {
            var said = attributes.Where(attribute => attribute.IsSaid).ToList();
            yield return Join(name, said.Where(attribute => !IsPart(attribute)).Select(attribute => attribute.ToString()));
            foreach (var part in said.Where(IsPart))
            {
                foreach (var (what, value) in part.Rows)
                {
                    yield return $"    {what,-9} {value}";
                }
            }
        }
    }

    private static bool IsPart(Attribute attribute) =>
        attribute.What == HeldByWord || attribute.What.StartsWith(Slot, StringComparison.Ordinal) || attribute.What.StartsWith(Fragment, StringComparison.Ordinal);

    private static string Join(string name, IEnumerable<string> attributes)
    {
        var text = string.Join("; ", attributes);
        return text.Length == 0 ? name : $"{name}: {text}";
    }

    /// <summary>By the script's name where there is one; else by the slot or list that has it.</summary>
    private void NameSkbs(Picture? before)
    {
        for (var name = 0; name < _world.SkbNames; name++)
        {
            if (_world.TrySkb(new SkbId(name)) is { } skb)
            {
                _names[skb] = _names.TryGetValue(skb, out var other) ? $"{other}={new SkbId(name)}" : $"{new SkbId(name)}";
            }
        }

        foreach (var sock in _world.Socks.OfType<TcpSock>())
        {
            for (var skb = sock.WriteQueue.First; skb is not null; skb = skb.NextInList)
            {
                Number(skb, $"{sock.Id} write_queue", before);
            }
        }

        foreach (var device in _world.Devices)
        {
            foreach (var band in device.Bands)
            {
                for (var skb = band.First; skb is not null; skb = skb.NextInList)
                {
                    Number(skb, $"{device.Id} qdisc", before);
                }
            }

            for (var slot = 0; slot < device.Ring.Entries; slot++)
            {
                if (OwnerOf(device, slot) is { } skb)
                {
                    _names.TryAdd(skb, $"{device.Id} {BooksOf(device)}[{slot}]");
                }
            }

            var held = new List<Skb>();
            device.AddHeld(held);
            held.ForEach(skb => Number(skb, $"{device.Id} backlog", before));
        }

        foreach (var tap in _world.Taps)
        {
            for (var skb = tap.ReceiveQueue.First; skb is not null; skb = skb.NextInList)
            {
                Number(skb, $"{tap.Id} receive_queue", before);
            }
        }

        foreach (var skb in _world.Skbs.Live.Where(_names.ContainsKey).ToList())
        {
            foreach (var listed in skb.Block.FragList)
            {
                Number(listed, $"{NameOf(skb)} frag_list", before);
            }
        }

        foreach (var skb in _world.Skbs.Live)
        {
            Number(skb, "loose skb", before);
        }
    }

    private void Number(Skb skb, string place, Picture? before)
    {
        if (before is not null && before._names.TryGetValue(skb, out var name) && name.StartsWith(place + " #", StringComparison.Ordinal))
        {
            _names.TryAdd(skb, name);
        }
        else if (!_names.ContainsKey(skb))
        {
            var number = _numbers.GetValueOrDefault(place);
            _numbers[place] = number + 1;
            _names.Add(skb, $"{place} #{number}");
        }
    }

    /// <summary>What the driver calls its books.</summary>
    private static string BooksOf(NetDevice device) => device is HmeDriver ? "tx_skbs" : "tx_skbuff";

    internal static Skb? OwnerOf(NetDevice device, int slot) => device switch
    {
        AceNicDriver ace => ace.Slots[slot].Skb,
        HmeDriver hme => hme.TxSkbs[slot],
        UnconvertedDriver unconverted => unconverted.TxSkbuff[slot].Skb,
        _ => null,
    };

    private void Draw(Skb skb, string name)
    {
        var attributes = new List<Attribute>
        {
            new("state", $"{skb.State}", IsQuiet: true),
            new("users", $"{skb.Users}", IsQuiet: skb.Users == 1),
            new("len", skb.DataLen == 0 ? $"{skb.Len}" : $"{skb.Len} ({skb.HeadLen} linear{PartOf(skb.DataLen - Listed(skb), "in fragments")}{PartOf(Listed(skb), "on the list")})"),
            new("headroom", $"{skb.Data}", IsQuiet: true),
            new("room to end", $"{skb.Block.End - skb.Tail}", IsQuiet: true),
            new("head", $"{skb.Block.Memory}", IsQuiet: true),
            new("dataref", DatarefOf(skb), IsQuiet: skb.Block.DataRef == 1 && NamesOf(skb.Block) == 1),
            new("cloned", skb.Cloned ? "1" : "", IsQuiet: true),
            new("ip_summed", skb.IpSummed == ChecksumState.None ? "" : $"CHECKSUM_{skb.IpSummed.ToString().ToUpperInvariant()}"),
            new("notification", skb.Block.Ubuf is { } ubuf ? $"{ubuf}, count {ubuf.Refs}" : ""),
        };
        for (var i = 0; i < skb.NrFrags; i++)
        {
            var frag = skb.Frags[i];
            attributes.Add(new($"{Fragment}{i}]", $"{frag.Page} {PhysicalMemory.Spell(frag.Offset, frag.Size)}"));
        }

        attributes.Add(new("frag_list", string.Join(", ", skb.Block.FragList.Select(NameOf))));

        _objects[name] = attributes;
    }

    private static string PartOf(int bytes, string where) => bytes == 0 ? "" : $" + {bytes} {where}";

    private static int Listed(Skb skb) => skb.Block.FragList.Sum(listed => listed.Len);

    private string DatarefOf(Skb skb)
    {
        var names = NamesOf(skb.Block);
        var others = string.Join(", ", _world.Skbs.Live.Where(other => other != skb && other.Block == skb.Block).Select(NameOf).Order(StringComparer.Ordinal));
        return $"{skb.Block.DataRef}{(names == skb.Block.DataRef ? "" : $", but {names} skbs name the block")}{(others.Length == 0 ? "" : $" (shared with {others})")}";
    }

    internal int NamesOf(DataBlock block) => _world.Skbs.Live.Count(skb => skb.Block == block);

    private void Draw(Page page)
    {
        var holders = HoldersOf(page).Select(holder => holder.Words).ToList();
        _objects[page.ToString()] =
        [
            new("count", $"{page.Count}{(page.Reserved || holders.Count == page.Count ? "" : $", but {holders.Count} holders")}"),
            new("flags", string.Join(' ', new[] { page.Reserved ? "reserved, the zero page" : "", page.IsDirty ? "dirty" : "", page.UnderIo ? "under I/O" : page.Locked ? "locked" : "" }.Where(flag => flag.Length > 0))),
            new(HeldByWord, "") { Values = holders, IsList = true },
        ];
    }

    /// <summary>Who holds a page, each by a short mark and in words.</summary>
    internal IEnumerable<(string Mark, string Words)> HoldersOf(Page page)
    {
        for (var name = 0; name < _world.PageNames; name++)
        {
            if (_world.TryPage(new PageId(name)) == page)
            {
                yield return ($"{new PageId(name)}", $"{new PageId(name)}");
            }
        }

        foreach (var file in _world.Files.Where(file => file.Cached.Contains(page)))
        {
            yield return (Lanes.PageCache, $"page cache of {file.Id} (index {page.Index})");
        }

        foreach (var sock in _world.Socks.Where(sock => sock.SendPageCache == page))
        {
            yield return (Lanes.TcpPage, $"TCP_PAGE({sock.Id})");
        }

        if (page.SwapEntry >= 0)
        {
            yield return (Lanes.SwapCache, $"swap cache (entry {page.SwapEntry})");
        }

        foreach (var mm in _world.Mms)
        {
            for (var n = 0; n < mm.Ptes.Length; n++)
            {
                if (mm.Ptes[n].Page == page)
                {
                    yield return ($"{mm.Id}", $"page {n} of {mm.Id}");
                }
            }
        }

        for (var name = 0; name < _world.TaskNames; name++)
        {
            if (_world.TryTask(new MmId(name))?.Fault is { } fault && fault.Page == page)
            {
                yield return (Lanes.InFault, $"the fault of {new MmId(name)} for page {fault.N}");
            }
        }

        foreach (var pin in _world.Pins)
        {
            foreach (var _ in pin.Pages.Where(pinned => pinned == page))
            {
                yield return ($"{pin.Id}", $"{pin.Id}");
            }
        }

        foreach (var block in _world.Skbs.LiveBlocks)
        {
            var users = string.Join(" and ", _world.Skbs.Live.Where(skb => skb.Block == block).Select(NameOf).Order(StringComparer.Ordinal));
            for (var i = 0; i < block.NrFrags; i++)
            {
                if (block.Frags[i].Page == page)
                {
                    yield return (Lanes.InFragment, $"{Fragment}{i}] of {(users.Length == 0 ? "a block that no skb names" : users)}");
                }
            }
        }
    }

    private void Draw(MmStruct mm)
    {
        var attributes = new List<Attribute>();
        for (var n = 0; n < mm.Areas.Length; n++)
        {
            var (area, pte) = (mm.Areas[n], mm.Ptes[n]);
            if (area.IsMapped)
            {
                var prot = area.Write ? "rw" : area.Read ? "r" : "none";
                var behind = area.File is { } file ? $"{(area.Shared ? "shared" : "private")} {file.Id} (index {area.Index})" : "anonymous";
                var entry = pte.Page is { } page ? $"{page}{(pte.Writable ? " writable" : "")}{(pte.Dirty ? " dirty" : "")}{(pte.Young ? " young" : "")}" : pte.Swap > 0 ? $"swap entry {pte.Swap - 1}" : "no entry";
                attributes.Add(new($"page {n}", $"{prot}, {behind}: {entry}"));
            }
        }

        _objects[$"{mm.Id}"] = [.. attributes];
    }

    private void Draw(Pin pin) => _objects[$"{pin.Id}"] =
    [
        new("", Words(pin.State.ToString())),
        new("bytes", $"{pin.Length} from {pin.Offset} on, {(pin.Into ? "for a device to write" : "for a device to read")}"),
    ];

    private void Draw(Sock sock)
    {
        var attributes = new List<Attribute>();
        if (sock is TcpSock tcp)
        {
            attributes.AddRange(
            [
                new("", Words(tcp.State.ToString())),
                new("isn", $"{unchecked(tcp.FirstSeq - 1)}"),
                new("snd_una", Relative(tcp, tcp.SndUna)),
                new("snd_nxt", Relative(tcp, tcp.SndNxt)),
                new("write_seq", Relative(tcp, tcp.WriteSeq)),
                new("route_caps", Features(tcp.RouteCaps), IsQuiet: tcp.RouteCaps == sock.Device.Features),
            ]);
        }

        attributes.Add(new("wmem_alloc", $"{sock.WmemAlloc}", IsQuiet: sock.WmemAlloc == 0));
        attributes.Add(new("zero-copy sends", sock.ZcKey == 0 ? "" : $"{sock.ZcKey}"));
        attributes.Add(new("error queue", string.Join(", ", sock.ErrorQueue.Ranges)));
        _objects[$"{sock.Id}"] = attributes;
    }

    /// <summary>A sequence number as tcpdump prints it: from the connection's first.</summary>
    internal static string Relative(TcpSock sock, uint seq) => $"isn+{unchecked(seq - sock.FirstSeq + 1)}";

    private void Draw(NetDevice device)
    {
        var attributes = new List<Attribute>
        {
            new("driver", device.Driver),
            new("features", Features(device.Features)),
            new("queue", device.Stopped ? "stopped" : "awake", IsQuiet: !device.Stopped),
            new("qdisc", device.QueueLength == 0 ? "" : $"{device.QueueLength} waiting, in bands of {string.Join(", ", device.Bands.Select(band => band.Length))}"),
            new("backlog", device.Ring.Entries > 0 || device.InFlight == 0 ? "" : $"{device.InFlight}"),
        };
        if (device.Ring.Entries > 0)
        {
            attributes.Add(new("ring", $"{device.Ring.Entries} slots"));
            attributes.Add(new("producer", $"{device.Ring.Producer}", IsQuiet: device.Ring.Producer == device.Ring.Consumer && device.InFlight == 0));
            attributes.Add(new("consumer", $"{device.Ring.Consumer}", IsQuiet: device.Ring.Producer == device.Ring.Consumer && device.InFlight == 0));
        }

        for (var slot = 0; slot < device.Ring.Entries; slot++)
        {
            attributes.Add(new($"{Slot}{slot}", "") { Values = SlotOf(device, slot) });
        }

        _objects[$"{device.Id}"] = attributes;
    }

    private IReadOnlyList<string> SlotOf(NetDevice device, int slot)
    {
        switch (device)
        {
            case AceNicDriver ace when ace.Slots[slot].MapLen > 0 || ace.Slots[slot].Skb is not null:
            {
                var ((address, size, flags), (skb, mapping, mapLen)) = (ace.Descriptor(slot), ace.Slots[slot]);
                List<string> books = mapping == address && mapLen == size ? [] : [$"but its mapping is 0x{mapping:x}: {Memory(mapping, mapLen)}"];
                return [Memory(address, size), .. books, .. Flags(flags == BdFlags.None ? "" : $"{flags}"), .. Owner(skb)];
            }

            case HmeDriver hme when IsInFlight(hme, slot):
            {
                var (flags, start, location, size, address) = hme.Descriptor(slot);
                List<string> sum = flags.HasFlag(TxFlags.CsEnable) ? [$"sum from {start} to {location}"] : [];
                return [Memory(address, size), .. Unmapped(device, address, size), .. Flags($"{flags}"), .. sum, .. Owner(hme.TxSkbs[slot])];
            }

            case UnconvertedDriver unconverted when unconverted.TxSkbuff[slot].Skb is { } skb:
                return [Memory(unconverted.TxSkbuff[slot].Mapping, skb.Len), .. Owner(skb)];
            default:
                return [];
        }
    }

    /// <summary>A bus address by the object that lies there.</summary>
    private string Memory(ulong address, int size)
    {
        if (_world.Memory.OwnerOf(address) is Block block && OwnerOf(block) is { } name)
        {
            return $"{size} bytes from head+{address - block.Address} of {name}";
        }

        return $"{size} byte{(size == 1 ? "" : "s")} from {_world.Memory.Spell(address, size)}";
    }

    private static List<string> Unmapped(NetDevice device, ulong address, int size) =>
        device.Dma.Mappings.Any(mapping => mapping.Address == address && mapping.Length == size) ? [] : ["not mapped"];

    private static IEnumerable<string> Flags(string flags) => flags.Length == 0 ? [] : flags.Split(", ").Select(flag => flag == nameof(TxFlags.CsEnable) ? "CSENABLE" : Words(flag));

    private static string Features(NetifFeatures features) =>
        features == NetifFeatures.None ? "none" : string.Join(' ', $"{features}".Split(", ").Select(word => word is "HighDma" or "FragList" ? word.ToUpperInvariant() : Words(word)));

    /// <summary>TcpUdpSum as the kernel writes it: TCP_UDP_SUM.</summary>
    private static string Words(string name) =>
        string.Concat(name.Select((letter, i) => i > 0 && char.IsUpper(letter) ? $"_{letter}" : $"{char.ToUpperInvariant(letter)}"));

    private static bool IsInFlight(HmeDriver hme, int slot)
    {
        var ring = hme.Ring;
        return (slot - ring.Consumer + ring.Entries) % ring.Entries < (ring.Producer - ring.Consumer + ring.Entries) % ring.Entries;
    }

    private List<string> Owner(Skb? skb) => skb is null ? [] : [$"owns {NameOf(skb)}"];

    /// <summary>Something to be said of an object.</summary>
    /// <param name="What">Its name; empty where the value says it.</param>
    /// <param name="Value">Empty for none.</param>
    /// <param name="IsQuiet">As everywhere: to be said only when it changed.</param>
    private sealed record Attribute(string What, string Value, bool IsQuiet = false)
    {
        /// <summary>Where it has many values; of these, what came and went is said.</summary>
        public IReadOnlyList<string>? Values { get; init; }

        /// <summary>Each value on a line of its own.</summary>
        public bool IsList { get; init; }

        public bool IsSaid => !IsQuiet && Text.Length > 0;

        /// <summary>A line each.</summary>
        public IEnumerable<(string What, string Value)> Rows => IsList ? Values!.Select((value, i) => (i == 0 ? What : "", value)) : [(What, Text)];

        /// <summary>The same in other words.</summary>
        public Attribute With(Func<string, string> words) => this with { Value = words(Value), Values = Values is null ? null : [.. Values.Select(words)] };

        private string Text => Values is null ? Value : string.Join(", ", Values);

        /// <summary>The change in words; null for none.</summary>
        public string? Since(Attribute? then)
        {
            if (Values is { Count: > 0 } && then?.Values is { Count: > 0 } before)
            {
                var changes = string.Join(", ", [.. Values.Except(before).Select(value => $"+{value}"), .. before.Except(Values).Select(value => $"-{value}")]);
                return changes.Length == 0 ? null : $"{What} {changes}";
            }

            return Text == (then?.Text ?? "") ? null
                : then is null || then.Text.Length == 0 ? $"{What} {Text}".Trim()
                : Text.Length == 0 ? Values is null ? $"{What} {then.Text} -> none".Trim() : $"{What} none"
                : $"{What} {then.Text} -> {Text}".Trim();
        }

        public override string ToString() => $"{What} {Text}".Trim();
    }
}
