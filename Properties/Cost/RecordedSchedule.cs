using ZeroCopy.Model;
using ZeroCopy.Model.Smp;
using ZeroCopy.Properties.Generate;

namespace ZeroCopy.Properties.Costs;

/// <summary>A random schedule to where nobody can go on, to be made again with nothing drawn.</summary>
public sealed class RecordedSchedule
{
    private static readonly DevId Device = new(0);

    private readonly IReadOnlyList<Operation> _before;
    private readonly List<Operation> _operations = [];
    private readonly List<(AgentId Agent, int Outcome)> _moves = [];

    /// <summary>Draws it.</summary>
    /// <param name="before">The operations before the first access.</param>
    /// <param name="seed">Of the schedule.</param>
    public RecordedSchedule(IReadOnlyList<Operation> before, ulong seed)
    {
        _before = before;
        var world = new World(Profile.Tiny);
        Prepare(world);
        var smp = world.Device(Device).Smp!;
        var begun = smp.Steps;
        for (var rng = new Rng(seed); !smp.IsStill;)
        {
            Draw(smp, rng);
        }

        Steps = smp.Steps - begun;
    }

    /// <summary>Accesses that it makes.</summary>
    public long Steps { get; }

    public void Prepare(World world)
    {
        world.Reset();
        foreach (var operation in _before)
        {
            world.Take(operation);
        }
    }

    public void Prepare(Checker checker)
    {
        checker.Reset();
        foreach (var operation in _before)
        {
            checker.Advance(operation);
        }
    }

    /// <summary>Each step as it is.</summary>
    /// <returns>Coroutine steps.</returns>
    public long Run(World world)
    {
        var smp = world.Device(Device).Smp!;
        var before = smp.Steps;
        foreach (var (agent, outcome) in _moves)
        {
            if (outcome < 0)
            {
                smp.Interrupt(agent);
            }
            else
            {
                smp.Step(agent, outcome);
            }
        }

        return smp.Steps - before;
    }

    /// <summary>As operations of a script, judged after each access.</summary>
    /// <returns>Coroutine steps.</returns>
    public long Run(Checker checker)
    {
        var smp = checker.World.Device(Device).Smp!;
        var before = smp.Steps;
        foreach (var operation in _operations)
        {
            if (!checker.Apply(operation) || checker.Violations.Count > 0)
            {
                throw new ModelException($"{operation} broke {string.Join(", ", checker.Violations)}");
            }
        }

        return smp.Steps - before;
    }

    /// <summary>Some agent takes an interrupt, finds an older value, or goes on for a while.</summary>
    private void Draw(Interleaving smp, Rng rng)
    {
        var agent = (AgentId)rng.Below(smp.Agents.Count);
        if (smp.Agents[(int)agent].IsCpu && smp.CanInterrupt(agent) && rng.OneIn(3))
        {
            _operations.Add(new Irq(Device, agent));
            _moves.Add((agent, -1));
            smp.Interrupt(agent);
            return;
        }

        if (smp.Outcomes(agent) is > 1 and var outcomes && rng.OneIn(8))
        {
            var outcome = 1 + rng.Below(outcomes - 1);
            _operations.Add(new Reorder(Device, agent, outcome));
            Step(smp, agent, outcome);
            return;
        }

        var stops = rng.OneIn(3) ? int.MaxValue : 1 + rng.Below(ScheduleDraws.MostStops);
        var made = 0;
        for (; made < stops && smp.IsRunnable(agent); made++)
        {
            Step(smp, agent, 0);
        }

        if (made > 0)
        {
            _operations.Add(new RunStops(Device, agent, made));
        }
    }

    private void Step(Interleaving smp, AgentId agent, int outcome)
    {
        _moves.Add((agent, outcome));
        smp.Step(agent, outcome);
    }
}
