using ZeroCopy.Model.Copying;
using ZeroCopy.Specs;

namespace ZeroCopy.Model;

/// <summary>One step of a script: its guard, its effect on both paths and its spelling together. Named by the kernel function.</summary>
public abstract record Operation
{
    /// <summary>Whether the operation makes sense now; where it does not, it is skipped.</summary>
    public abstract bool Enabled(Names names);

    /// <summary>The zero-copy path.</summary>
    public abstract Observation Apply(World world);

    /// <summary>The copying path. Refusals for lack of resources are taken from what was seen; they are judged by laws.</summary>
    public abstract void Apply(CopyingWorld world, Observation seen);

    /// <summary>The rule whose BUG check it must run into, for a wrong use that the kernel stops at; null for any other operation. The state is broken on purpose: the sequence ends there.</summary>
    public virtual Rule? Panics => null;

    /// <summary>Whether a refusal for lack of memory must leave everything as it was.</summary>
    public virtual bool KeepsAllWithoutMemory(Names names) => false;

    /// <summary>How often it is applied, and judged after each time; it ends early where <see cref="CanGoOn"/> says so.</summary>
    public virtual int Applications => 1;

    /// <summary>Whether it can be applied once more.</summary>
    public virtual bool CanGoOn(World world) => false;

    /// <summary>As a script spells it: parsing gives the same operation back.</summary>
    public abstract override string ToString();
}
