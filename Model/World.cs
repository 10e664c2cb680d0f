using ZeroCopy.Model.Fork;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;
using ZeroCopy.Model.Skbs;

namespace ZeroCopy.Model;

/// <summary>Everything in one run of the zero-copy path: memory, files, skbs, sockets, devices, wires. Deterministic; never cloned: it is rebuilt by <see cref="Reset"/> and replay.</summary>
public sealed class World
{
    private readonly Table<Skb> _skbs = new();
    private readonly Table<Page> _pages = new();
    private readonly Table<Pages.File> _files = new();
    private readonly Table<Sock> _socks = new();
    private readonly Table<NetDevice> _devices = new();
    private readonly Table<PacketSock> _taps = new();
    private readonly List<Sock> _allSocks = [];
    private readonly List<NetDevice> _allDevices = [];
    private readonly List<PacketSock> _allTaps = [];
    private readonly List<Pages.File> _allFiles = [];
    private readonly List<Page> _namedPages = [];
    private readonly Table<TaskStruct> _tasks = new();
    private readonly Table<Pin> _kiobufs = new();
    private readonly Table<Pin> _vectors = new();
    private readonly List<MmStruct> _allMms = [];
    private readonly List<Pin> _allPins = [];

    public World(Profile profile)
    {
        Profile = profile;
        Memory = new PhysicalMemory(profile);
        Swap = new SwapSpace(profile, Memory);
        Skbs = new SkbCache(profile, Memory, Cost);
        Wire = new Wire(this);
        Receiver = new Receiver(this);
    }

    public Profile Profile { get; }

    public PhysicalMemory Memory { get; }

    public SwapSpace Swap { get; }

    public SkbCache Skbs { get; }

    public Wire Wire { get; }

    public Receiver Receiver { get; }

    public Cost Cost { get; } = new();

    /// <summary>What processes have cost.</summary>
    public MemoryCost MemoryCost { get; } = new();

    /// <summary>What the current step has done so far.</summary>
    public Observation Seen { get; } = new();

    /// <summary>A netfilter hook is registered on the way out. kernel: nf_hooks[PF_INET].</summary>
    public bool NfHook { get; set; }

    /// <summary>The number that the next segment of the plan will have.</summary>
    public int PeekSegment { get; private set; }

    /// <summary>Writes to files so far. Both paths count the same, from the operations alone.</summary>
    public int Writes { get; private set; }

    public ListView<Sock> Socks => _allSocks;

    public ListView<NetDevice> Devices => _allDevices;

    /// <summary>Open taps, in the order in which they were opened. kernel: ptype_all.</summary>
    public ListView<PacketSock> Taps => _allTaps;

    public ListView<Pages.File> Files => _allFiles;

    /// <summary>One entry for each name that holds a page.</summary>
    public ListView<Page> NamedPages => _namedPages;

    /// <summary>Every address space of a process that has not ended.</summary>
    public ListView<MmStruct> Mms => _allMms;

    /// <summary>Everything that pins user memory.</summary>
    public ListView<Pin> Pins => _allPins;

    public TaskStruct Task(MmId id) => _tasks[id.Value];

    /// <summary>The process of a name; null where it is not bound.</summary>
    public TaskStruct? TryTask(MmId id) => _tasks.Find(id.Value);

    /// <summary>An operation of a process is one tick of its slice; of one that is alone nothing is taken. kernel: update_process_times().</summary>
    public void Tick(TaskStruct task) => task.Counter -= task.Counter > 0 && _tasks.Bound > 1 ? 1 : 0;

    /// <summary>One more than the largest number of a process's name.</summary>
    public int TaskNames => _tasks.Count;

    public MmStruct Mm(MmId id) => _tasks[id.Value].Mm;

    public Pin Pin(PinId id) => PinTable(id)[id.Value];

    public bool Has(PinId id) => PinTable(id).Has(id.Value);

    public Skb Skb(SkbId id) => _skbs[id.Value];

    public Page Page(PageId id) => _pages[id.Value];

    public Pages.File File(FileId id) => _files[id.Value];

    public Sock Sock(SockId id) => _socks[id.Value];

    public TcpSock Tcp(SockId id) => (TcpSock)_socks[id.Value];

    /// <summary>Takes back a socket that could not be opened.</summary>
    public void Unbind(SockId id)
    {
        _allSocks.Remove(_socks[id.Value]);
        _socks.Unbind(id.Value);
    }

    public NetDevice Device(DevId id) => _devices[id.Value];

    public PacketSock Tap(TapId id) => _taps[id.Value];

    /// <summary>One more than the largest number of an skb's name.</summary>
    public int SkbNames => _skbs.Count;

    /// <summary>The skb of a name; null where it is not bound.</summary>
    public Skb? TrySkb(SkbId id) => _skbs.Find(id.Value);

    /// <summary>One more than the largest number of a page's name.</summary>
    public int PageNames => _pages.Count;

    /// <summary>The page of a name; null where it is not bound.</summary>
    public Page? TryPage(PageId id) => _pages.Find(id.Value);

    public void Bind(SkbId id, Skb skb) => _skbs.Bind(id.Value, skb);

    /// <summary>What an operation made gets its name; null is a refusal for lack of memory, and no name.</summary>
    public Observation BindMade(SkbId id, Skb? made)
    {
        if (made is null)
        {
            return Seen.Refuse(Refusal.NoMemory);
        }

        Bind(id, made);
        return Seen.Succeed();
    }

    /// <summary>What an operation made instead of an skb takes over its name, and one user of that skb goes; null is a refusal for lack of memory, and then the name is gone.</summary>
    public Observation BindInstead(SkbId id, Skb? made)
    {
        var before = _skbs[id.Value];
        if (made is null)
        {
            _skbs.Unbind(id.Value);
        }
        else
        {
            _skbs.Rebind(id.Value, made);
        }

        before.Kfree();
        return made is null ? Seen.Refuse(Refusal.NoMemory) : Seen.Succeed(Model.Skbs.Skb.Replaced);
    }

    public void Unbind(SkbId id) => _skbs.Unbind(id.Value);

    public void Bind(PageId id, Page page)
    {
        _pages.Bind(id.Value, page);
        _namedPages.Add(page);
    }

    public void Unbind(PageId id)
    {
        _namedPages.Remove(_pages[id.Value]);
        _pages.Unbind(id.Value);
    }

    public void Bind(TaskStruct task)
    {
        _tasks.Bind(task.Id.Value, task);
        Hold(task.Mm);
    }

    /// <summary>The process goes on with other memory; what it had goes with its last holder. kernel: exec_mmap().</summary>
    public void ReplaceMm(TaskStruct task, MmStruct fresh)
    {
        var old = task.Mm;
        task.Exec(fresh);
        Hold(fresh);
        Drop(old);
    }

    /// <summary>The process ends; its memory goes with its last holder. kernel: exit_mm().</summary>
    public void Exit(TaskStruct task)
    {
        task.Exit();
        _tasks.Unbind(task.Id.Value);
        Drop(task.Mm);
    }

    public void Bind(PinId id, Pin pin)
    {
        PinTable(id).Bind(id.Value, pin);
        _allPins.Add(pin);
    }

    public void Unbind(PinId id)
    {
        _allPins.Remove(PinTable(id)[id.Value]);
        PinTable(id).Unbind(id.Value);
    }

    public void Bind(FileId id, Pages.File file)
    {
        _files.Bind(id.Value, file);
        _allFiles.Add(file);
    }

    public void Bind(SockId id, Sock sock)
    {
        _socks.Bind(id.Value, sock);
        _allSocks.Add(sock);
    }

    public void Bind(DevId id, NetDevice device)
    {
        _devices.Bind(id.Value, device);
        _allDevices.Add(device);
    }

    public void Bind(TapId id, PacketSock tap)
    {
        _taps.Bind(id.Value, tap);
        _allTaps.Add(tap);
    }

    public void Unbind(TapId id)
    {
        _allTaps.Remove(_taps[id.Value]);
        _taps.Unbind(id.Value);
    }

    /// <summary>No CPU remembers what the page table said of a page; of any page where none is named. kernel: flush_tlb_page(), flush_tlb_mm().</summary>
    internal void FlushTlb(MmStruct mm, int n = -1)
    {
        for (var name = 0; name < _tasks.Count; name++)
        {
            if (!_tasks.Has(name) || _tasks[name].Mm != mm)
            {
                continue;
            }

            if (n < 0)
            {
                _tasks[name].Tlb.Flush();
            }
            else
            {
                _tasks[name].Tlb.Flush(n);
            }
        }
    }

    public int NextSegment() => PeekSegment++;

    /// <summary>The number of the next write to a file, from 1: what an operation stores has it, whether by write(), by truncation or through a shared mapping.</summary>
    public int NextWrite() => ++Writes;

    /// <summary>Forgets what the last step did.</summary>
    public void BeginStep()
    {
        StepBudget.Begin(Profile.Size);
        Seen.BeginStep(Cost, Memory.FailedAllocations);
        Memory.BeginOperation();
    }

    /// <summary>A step of a script on this path alone, as often as it is to be applied.</summary>
    public void Take(Operation operation)
    {
        BeginStep();
        operation.Apply(this);
        for (var times = 1; times < operation.Applications && operation.CanGoOn(this); times++)
        {
            BeginStep();
            operation.Apply(this);
        }
    }

    /// <summary>Everything that a later step or a law can read, from the names on.</summary>
    public void WriteState(StateWriter state)
    {
        Memory.WriteState(state);
        state.Write(Skbs.Live.Count);
        state.Write(Skbs.LiveBlocks.Count);
        for (var name = 0; name < _skbs.Count; name++)
        {
            if (TrySkb(new SkbId(name)) is { } skb)
            {
                state.Write(name);
                skb.WriteState(state);
            }
        }

        state.Refer(null);
        for (var name = 0; name < _pages.Count; name++)
        {
            if (TryPage(new PageId(name)) is { } page)
            {
                state.Write(name);
                page.WriteState(state);
            }
        }

        state.Refer(null);
        state.Write(Writes);
        foreach (var file in _allFiles)
        {
            state.Write(file.Id.Value);
            file.WriteState(state);
        }

        Swap.WriteState(state);
        for (var name = 0; name < _tasks.Count; name++)
        {
            if (_tasks.Has(name))
            {
                state.Write(name);
                _tasks[name].WriteState(state);
            }
        }

        WriteState(state, _kiobufs);
        WriteState(state, _vectors);

        foreach (var sock in _allSocks)
        {
            state.Write(sock.Id.Value);
            sock.WriteState(state);
        }

        foreach (var device in _allDevices)
        {
            state.Write(device.Id.Value);
            device.WriteState(state);
        }

        foreach (var tap in _allTaps)
        {
            state.Write(tap.Id.Value);
            tap.WriteState(state);
        }

        state.Write(NfHook);
        Wire.WriteState(state);
        Receiver.WriteState(state);
    }

    /// <summary>An empty machine, as after boot.</summary>
    public void Reset()
    {
        Skbs.Reset();
        Memory.Reset();
        Swap.Reset();
        _tasks.Clear();
        MemoryCost.Reset();
        _kiobufs.Clear();
        _vectors.Clear();
        _allMms.Clear();
        _allPins.Clear();
        Wire.Reset();
        Receiver.Reset();
        Cost.Reset();
        _skbs.Clear();
        _pages.Clear();
        _files.Clear();
        _socks.Clear();
        _devices.Clear();
        _taps.Clear();
        _allSocks.Clear();
        _allDevices.Clear();
        _allTaps.Clear();
        _allFiles.Clear();
        _namedPages.Clear();
        (PeekSegment, NfHook) = (0, false);
        Writes = 0;
        BeginStep();
    }

    private static void WriteState(StateWriter state, Table<Pin> pins)
    {
        state.Refer(null);
        for (var name = 0; name < pins.Count; name++)
        {
            if (pins.Has(name))
            {
                state.Write(name);
                pins[name].WriteState(state);
            }
        }
    }

    private void Hold(MmStruct mm)
    {
        if (mm.Users++ == 0)
        {
            _allMms.Add(mm);
        }
    }

    /// <summary>kernel: mmput().</summary>
    private void Drop(MmStruct mm)
    {
        if (--mm.Users == 0)
        {
            mm.ExitMmap();
            _allMms.Remove(mm);
            return;
        }

        for (var name = 0; name < _tasks.Count; name++)
        {
            if (_tasks.Has(name) && _tasks[name].Mm == mm)
            {
                mm.Id = new MmId(name);
                return;
            }
        }
    }

    private Table<Pin> PinTable(PinId id) => id.IsVector ? _vectors : _kiobufs;
}
