using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Pages;

/// <summary>A file's dirty pages go to disk. kernel: sys_fsync(), fs/buffer.c.</summary>
public sealed record Fsync(FileId File) : Operation
{
    public static readonly Spelling Spelling = new("sys_fsync", operands => new Fsync(operands.File()));

    public override bool Enabled(Names names) => names.Has(File);

    public override Observation Apply(World world)
    {
        if (world.File(File).LockedDirty() is { } locked)
        {
            world.Seen.WaitedOn = locked;
            return world.Seen.Refuse(Refusal.WouldBlock);
        }

        return world.Seen.Succeed(world.File(File).Fsync());
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        // A byte array has no disk behind it.
    }

    public override string ToString() => $"sys_fsync({File})";
}
