using System.Collections;
using System.Reflection;
using System.Text;
using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;
using ZeroCopy.Model.Skbs;
using ZeroCopy.Properties;
using ZeroCopy.Properties.Laws;

namespace ZeroCopy.Tests.Explore;

/// <summary>A state as a text made by walking every field of both worlds, so that a field which the fingerprint forgets is seen. What is not state is named here, each with its reason.</summary>
internal sealed class ExactText
{
    /// <summary>Fields, by type and name, that no later step and no law reads.</summary>
    private static readonly HashSet<string> NotState =
    [
        // Only free lists and addresses tell two allocations apart; the walk names objects by the order in which it meets them.
        "PhysicalMemory._frames", "PhysicalMemory._freeFrames", "PhysicalMemory._touchedFrames", "SlabArea._slabs", "SlabArea._freeBlocks",
        "SlabArea._open", "SlabArea._spareSlabs", "PhysicalMemory._inUse", "Page.address", "Page.Frame", "Page.InUseIndex", "Block._slab", "Block._offset", "Block._memory",
        "SkbCache._live", "SkbCache._blocks", "SkbCache._freeSkbs", "SkbCache._freeBlocks", "Skb.LiveIndex", "DataBlock.LiveIndex",
        "SkbCache._ubufs", "SkbCache._freeUbufs", "UbufInfo.LiveIndex",
        "CopyingWorld._free", "Wire._free", "CopyingWorld._freeSkbs", "CopyingWorld._freePages", "Names._freeShapes", "Names._freeData", "Names._ofKind", "Names._changes", "BoundNames.changes",

        // A failure that was asked for is armed anew as each step begins.
        "PhysicalMemory._failAfter", "PhysicalMemory._failAt", "PhysicalMemory.FailedAt",

        // What the last step did, and counts since boot, of which laws read differences only.
        "World.Seen", "World.Cost", "World.MemoryCost", "CopyingWorld.NextProcess", "ForkHistory.Excess", "ForkHistory.WasSpared", "ForkHistory.WasLeftByAll", "ForkHistory.GoesOn", "UnlockedFault.Source", "UnlockedFault.Lives", "Page.Lives", "Observation.CopiedFile", "SkbCache.cost", "PhysicalMemory.FailedAllocations", "CopyingWorld.CopiedBytes", "CopyingWorld.SummedBytes", "NetDevice.Descriptors",
        "CopyingWorld._emitted", "CopyingWorld._answer", "CopyingWorld._answerLength", "CopyingWorld._waitingAtDrop", "CopyingWorld.OutOfTurn", "CopyingWorld.Overtook", "ConnectionBook.BeyondWindow", "ConnectionBook.AfterReset", "ConnectionBook.Narrowed", "ConnectionBook.Unanswered", "ConnectionBook.Asked", "CopyingFlow.LastCall", "PlanHistory.Misfit", "PlanHistory.Retransmitted", "PlanHistory.Misplaced",
        "CallHistory.Misfit", "CallHistory.Retransmitted",

        // A number that pairs what the two paths do within one step.
        "World.PeekSegment", "DueFrame.Number", "Outgoing.Number", "Skb.PlanNumber",

        // Of a frame that was emitted; set anew before it is judged.
        "DueFrame.Index", "DueFrame.IsOpen", "DueFrame.ShowsWrite", "DueFrame.Stray", "DueFrame.Outdated", "DueFrame.IsStale", "CopyingWorld._summed",

        // How often a card was halted, and where the last packet began: a slot's state follows from the slots, the indices and where the procedures stand.
        "HmeDriver._entry", "HmeDriver._givenAt", "AceNicDriver._postedAt",

        // Ring memory is printed by slot, and the consumer word where the driver has it.
        "Dma._consistent",

        // Of the last packet, read again before it is used.
        "SkbCache.Changes", "Dma.Changes", "NetDevice._alone", "NetDevice._word", "AceNicDevice._payload", "HmeDevice._payload", "AceNicDevice._packet", "AceNicDevice._fetch", "HmeDevice._packet", "HmeDevice._fetch", "UnconvertedDevice._fetch",

        // The checker's own, made anew for each step.
        "Checker._recount", "Checker._hits", "Checker._subjects", "Checker._violations", "Checker.Steps",

        // Counted from slots and pins again, or derived from the names that are bound: the pools of cells, buffers, and the last verdict.
        "CopyingWorld._freeCells", "CopyingWorld._filePage", "CopyingWorld._zeroes", "CopyingWorld.Verdict", "CopyingWorld.IsSwapOutDue", "MmStruct.world",

        // Names of one kind are walked by name.
        "World._allMms", "World._allPins",

        // An index over the pages of File._cached, in an order of its own.
        "File._byIndex",

        // Names that were bound once and are free again leave entries behind: the walk prints bound ones. How the checker sorts its laws.
        "Checker._step", "Checker._stepLately", "Checker._skb", "Checker._namedSkb", "Checker._page", "Checker._sock", "Checker._device", "Checker._mm", "Checker._pin", "Checker.Laws",
    ];

    private readonly Dictionary<object, int> _numbers = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<object> _walked = new(ReferenceEqualityComparer.Instance);
    private readonly StringBuilder _text = new();
    private readonly PhysicalMemory _memory;

    private ExactText(PhysicalMemory memory) => _memory = memory;

    public static string Of(Checker checker)
    {
        var text = new ExactText(checker.World.Memory);
        text.Walk(checker);
        text.Line($"in use {checker.World.Memory.InUse.Count} live {checker.World.Skbs.Live.Count}");
        return text._text.ToString();
    }

    private void Walk(object? value)
    {
        switch (value)
        {
            case null:
                Line("null");
                return;
            case string or Enum or decimal:
                Line(value.ToString()!);
                return;
            case Delegate or Type:
                return;
            case byte[] bytes:
                Line(Convert.ToHexString(bytes));
                return;
            case Bytes bytes:
                Line($"{Convert.ToHexString(bytes.Span)} {string.Join(' ', bytes.Shadow.ToArray().Select(mark => mark.Packed))}");
                return;
        }

        var type = value.GetType();
        if (type.IsPrimitive)
        {
            Line(Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)!);
            return;
        }

        if (!type.IsValueType && !IsFirst(value))
        {
            return;
        }

        switch (value)
        {
            case Block block:
                Walk(block.Bytes);
                return;
            case DmaMapping mapping:
                Line($"mapped {mapping.Length} {mapping.Consistent}");
                At(mapping.Address);
                return;
            case Frame frame:
                Line($"{Convert.ToHexString(frame.Span)} {string.Join(' ', frame.Shadow.ToArray().Select(mark => mark.Packed))}");
                return;
            case DataBlock data:
                Line($"end {data.End} dataref {data.DataRef} nr_frags {data.NrFrags} shared {data.HasSharedFrags}");
                Walk(data.Memory);
                Each(data.Frags.ToArray());
                Walk(data.Ubuf);
                Each(data.FragList);
                return;
            case SwapSpace swap:
                for (var entry = 0; entry < swap.Pages; entry++)
                {
                    Line($"swap count {swap.Count(entry)}");
                    Walk(swap.Count(entry) > 0 ? swap.OnDisk(entry) : null);
                    Walk(swap.Cached(entry));
                }

                return;
            case Model.Copying.CopyingCell cell:
                Line($"pins {cell.Pins} plain {cell.PlainPins} users {cell.Users} {cell.File} {cell.Index} {cell.IsTruncated} {(cell.File is null ? Convert.ToHexString(cell.Bytes) : "")}");
                return;
            case Model.Copying.CopyingSkb skb:
                Line(Convert.ToHexString(skb.Bytes));
                return;
            case Model.Copying.CopyingFlow flow:
                Line($"{flow.Accepted} {flow.Kept} {flow.Ack} {flow.TsRecent} {flow.IsReset} {Convert.ToHexString(flow.Bytes(flow.Kept, (int)(flow.Accepted - flow.Kept)))}");
                var runs = new List<Model.Copying.AcceptedRun>();
                flow.AddRuns(flow.Kept, (int)(flow.Accepted - flow.Kept), runs);
                Line(string.Join(' ', runs));
                Line(string.Join(' ', flow.Origin(flow.Kept, (int)(flow.Accepted - flow.Kept)).ToArray().Select(mark => mark.Packed)));
                Line($"{flow.NextCall} {string.Join(' ', flow.Untold)}");
                return;
            case UnlockedFault fault:
                // A page that went cannot come again: which it was makes no difference.
                Line($"{fault.For} {fault.N} {fault.Write} {fault.Truncations} {fault.Old is not null} {fault.Entry.Swap} {fault.Entry.Writable} {fault.Entry.Dirty} {fault.Entry.Young} {fault.Entry.SwapExclusive} {fault.IsThere}");
                Walk(fault.IsThere ? fault.Entry.Page : null);
                Walk(fault.Page);
                return;
            case ForkHistory forks:
                // A book by page, in the order in which the walk met the pages.
                var book = (IDictionary)typeof(ForkHistory).GetField("_shared", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(forks)!;
                foreach (var page in book.Keys.Cast<object>().OrderBy(page => _numbers[page]))
                {
                    Line($"{_numbers[page]} {book[page]}");
                }

                var standing = (IDictionary)typeof(ForkHistory).GetField("_standing", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(forks)!;
                foreach (var name in standing.Keys)
                {
                    var left = (ForkHistory.Standing)standing[name]!;
                    Line($"{name} {left.N} {left.Entry.Swap} {left.Entry.Writable} {left.IsThere} {(left.IsThere ? _numbers.GetValueOrDefault(left.Entry.Page!, -1) : -1)}");
                }

                return;
            case FileContent content:
                Line(content.ToString());
                return;
            case IEnumerable many:
                Each(many);
                return;
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Table<>))
        {
            Names(value, type);
            return;
        }

        Fields(value, type);
        Rings(value);
    }

    private void Fields(object value, Type type)
    {
        for (var level = type; level is not null && level != typeof(object); level = level.BaseType)
        {
            foreach (var field in level.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly).OrderBy(field => field.Name, StringComparer.Ordinal))
            {
                var name = field.Name.StartsWith('<') ? field.Name[1..field.Name.IndexOf('>', StringComparison.Ordinal)] : field.Name;
                if (NotState.Contains($"{level.Name}.{name}") || IsAddress(level.Name, name) || field.FieldType == typeof(Profile))
                {
                    continue;
                }

                Line(name);
                Walk(field.GetValue(value));
            }
        }
    }

    /// <summary>Registers and books that hold an address are printed by what lies there, with the descriptors.</summary>
    private static bool IsAddress(string type, string name) => (type, name) is
        ("AceNicDevice" or "HmeDevice" or "UnconvertedDevice", "_ring" or "_info") or ("AceNicDriver", "_slots" or "_ring") or ("HmeDriver" or "UnconvertedDriver", "_ring" or "_descriptors");

    /// <summary>The slots that are in use: descriptors by what lies at their addresses.</summary>
    private void Rings(object value)
    {
        switch (value)
        {
            case Drivers.AceNic.AceNicDriver ace:
                for (var slot = 0; slot < ace.Ring.Entries; slot++)
                {
                    var book = ace.Slots[slot];
                    Line($"slot {book.MapLen}");
                    At(book.MapLen > 0 ? book.Mapping : 0);
                    Walk(book.Skb);
                    if (book.MapLen > 0)
                    {
                        var descriptor = ace.Descriptor(slot);
                        Line($"descriptor {descriptor.Size} {descriptor.Flags}");
                        At(descriptor.Address);
                    }
                }

                break;
            case Drivers.Hme.HmeDriver hme:
                for (var slot = 0; slot < hme.Ring.Entries; slot++)
                {
                    var descriptor = hme.Descriptor(slot);
                    var isUsed = (slot - hme.Ring.Consumer + hme.Ring.Entries) % hme.Ring.Entries < (hme.Ring.Producer - hme.Ring.Consumer + hme.Ring.Entries) % hme.Ring.Entries;
                    Line(isUsed ? $"descriptor {descriptor.Flags} {descriptor.Start} {descriptor.Location} {descriptor.Size}" : "unused");
                    At(isUsed ? descriptor.Address : 0);
                }

                break;
            case Drivers.Unconverted.UnconvertedDriver old:
                var ring = (Array)typeof(Drivers.Unconverted.UnconvertedDriver).GetField("_ring", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(old)!;
                var memory = ((Block)typeof(Drivers.Unconverted.UnconvertedDriver).GetField("_descriptors", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(old)!).Bytes;
                for (var slot = 0; slot < ring.Length; slot++)
                {
                    var (skb, mapping) = ((Model.Skbs.Skb?, ulong))ring.GetValue(slot)!;
                    Line($"own {BitConverter.ToUInt32(memory.Span[(slot * 16)..]) >> 31}");
                    Walk(skb);
                    At(skb is null ? 0 : mapping);
                }

                break;
        }
    }

    private void At(ulong address)
    {
        if (address != 0 && _memory.TryAt(address, out _, out var start, out _))
        {
            Line($"{Name(_memory.OwnerOf(address)!)} + {address - start}");
        }
    }

    private bool IsFirst(object value)
    {
        Line(Name(value));
        return _walked.Add(value);
    }

    private string Name(object value)
    {
        _numbers.TryAdd(value, _numbers.Count);
        return $"{value.GetType().Name}#{_numbers[value]}";
    }

    private void Names(object table, Type type)
    {
        var count = (int)type.GetProperty("Count")!.GetValue(table)!;
        for (var name = 0; name < count; name++)
        {
            if ((bool)type.GetMethod("Has")!.Invoke(table, [name])!)
            {
                Line($"name {name}");
                Walk(type.GetProperty("Item")!.GetValue(table, [name]));
            }
        }
    }

    private void Each(IEnumerable many)
    {
        foreach (var one in many)
        {
            Walk(one);
        }

        Line("end");
    }

    private void Line(string text) => _text.Append(text).Append('\n');
}
