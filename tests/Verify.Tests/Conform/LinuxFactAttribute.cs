using ZeroCopy.Cli;
using ZeroCopy.Cli.Linux;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Tests.Conform;

/// <summary>What a test wants of the kernel that runs here.</summary>
[Flags]
internal enum LinuxNeeds
{
    Nothing = 0,
    Frames = 1,
    References = 2,
    Pins = 4,
    Poke = 8,
}

/// <summary>A test that asks the kernel that runs here.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LinuxFactAttribute : FactAttribute
{
    private static readonly Lazy<(CowProbe? Probe, string? Missing)> Kernel = new(() =>
    {
        try
        {
            using var cow = new LinuxCow(TimeSpan.FromSeconds(30));
            return (cow.Probe, null);
        }
        catch (AdapterException missing) when (missing.IsMissing)
        {
            return (null, missing.Message);
        }
        catch (AdapterException)
        {
            // The tests are to say so.
            return (null, null);
        }
    });

    public LinuxFactAttribute(LinuxNeeds needs = LinuxNeeds.Nothing, bool takesLong = false) => Skip = Reason(needs, takesLong);

    /// <summary>Why it cannot be run here; null where it can.</summary>
    internal static string? Reason(LinuxNeeds needs, bool takesLong)
    {
        if (takesLong && !LongFactAttribute.Wanted)
        {
            return LongFactAttribute.Reason;
        }

        if (Kernel.Value is not { Probe: { } probe })
        {
            return Kernel.Value.Missing;
        }

        return needs.HasFlag(LinuxNeeds.Frames) && !probe.HasPfn ? "/proc/PID/pagemap shows no page frames: not root"
            : needs.HasFlag(LinuxNeeds.References) && probe.Vmsplice != "yes" ? $"vmsplice {probe.Vmsplice}"
            : needs.HasFlag(LinuxNeeds.Pins) && probe.IoUring != "yes" ? $"io_uring {probe.IoUring}"
            : needs.HasFlag(LinuxNeeds.Poke) && probe.Poke != "yes" ? $"/proc/PID/mem {probe.Poke}"
            : null;
    }
}

/// <summary>As <see cref="LinuxFactAttribute"/>, with data.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LinuxTheoryAttribute : TheoryAttribute
{
    public LinuxTheoryAttribute(LinuxNeeds needs = LinuxNeeds.Nothing, bool takesLong = false) => Skip = LinuxFactAttribute.Reason(needs, takesLong);
}
