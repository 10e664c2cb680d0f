using System.Globalization;
using System.Text;
using ZeroCopy.Drivers.Hme;
using ZeroCopy.Model;

namespace ZeroCopy.Properties.Conform;

/// <summary>What happens next on each device under comparison.</summary>
public abstract record ConformStep
{
    /// <summary>The stack hands a packet on. kernel: dev_queue_xmit().</summary>
    public sealed record Xmit(Shape Shape) : ConformStep
    {
        public override string ToString() => Shape.ToString();
    }

    /// <summary>The device sends so many packets; of the next one behind them OWN is withheld, and given back afterwards.</summary>
    /// <param name="Packets">0 and more.</param>
    /// <param name="Unmapped">A piece of the first of them whose mapping is undone before; null for none. Only an IOMMU shows it.</param>
    public sealed record Run(int Packets, int? Unmapped = null) : ConformStep
    {
        public override string ToString() => Unmapped is { } piece ? $"device_run({Packets}, unmapped={piece})" : $"device_run({Packets})";
    }

    /// <summary>The driver's handler runs. kernel: happy_meal_interrupt().</summary>
    public sealed record Interrupt : ConformStep
    {
        public override string ToString() => "interrupt()";
    }
}

/// <summary>A session of one driver on each device under comparison, as text: <c>zcverify-conform 1 ring=32 iommu=off</c>, then one step a line.</summary>
/// <param name="Ring">Entries of the transmit ring.</param>
/// <param name="HasIommu">Bus addresses go through the IOMMU.</param>
/// <param name="Steps">In their order.</param>
public sealed record ConformScript(int Ring, bool HasIommu, IReadOnlyList<ConformStep> Steps)
{
    private const string Magic = "zcverify-conform 1";

    /// <summary>Reads a script; what does not parse is a <see cref="ScriptException"/>.</summary>
    public static ConformScript Parse(string text)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        var header = lines[0].Trim().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (header is not [_, _, var ringWord, var iommuWord] || string.Join(' ', header[..2]) != Magic
            || !ringWord.StartsWith("ring=", StringComparison.Ordinal)
            || !int.TryParse(ringWord["ring=".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var ring) || !HmeDriver.RingSizes.Contains(ring)
            || iommuWord is not ("iommu=on" or "iommu=off"))
        {
            throw new ScriptException(1, $"the first line is '{Magic} ring=16|32|64|128|256 iommu=on|off'");
        }

        var steps = new List<ConformStep>();
        var waiting = 0;
        for (var i = 1; i < lines.Length; i++)
        {
            var line = lines[i].Split('#')[0].Trim();
            if (line.Length > 0)
            {
                steps.Add(ParseStep(line, i + 1));
                waiting = steps[^1] switch
                {
                    ConformStep.Xmit => waiting + 1,
                    ConformStep.Run(var packets, _) => Math.Max(waiting - packets, 0),
                    _ => waiting,
                };
                if (waiting > Profile.Real.TxQueueLen)
                {
                    throw new ScriptException(i + 1, $"more than {Profile.Real.TxQueueLen} packets wait: the queue would drop the next");
                }
            }
        }

        return new ConformScript(ring, iommuWord == "iommu=on", steps);
    }

    public override string ToString()
    {
        var text = new StringBuilder($"{Magic} ring={Ring} iommu={(HasIommu ? "on" : "off")}\n");
        foreach (var step in Steps)
        {
            text.Append(step).Append('\n');
        }

        return text.ToString();
    }

    private static ConformStep ParseStep(string line, int number)
    {
        var operands = Operands.Of(line, number);
        ConformStep step = operands.Operation switch
        {
            "dev_queue_xmit" => new ConformStep.Xmit(Shape.Parse(operands)),
            "device_run" => new ConformStep.Run(operands.Int("packets"), operands.Option("unmapped") is null ? null : (int)operands.Option("unmapped", 0, 0, Profile.Real.MaxSkbFrags)),
            "interrupt" => new ConformStep.Interrupt(),
            var other => throw operands.Error($"'{other}' is not dev_queue_xmit, device_run or interrupt"),
        };
        operands.End(hasResult: false);
        return step;
    }
}
