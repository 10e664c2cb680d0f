using ZeroCopy.Cli.Qemu;

namespace ZeroCopy.Tests.Support;

/// <summary>A test that runs QEMU.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class QemuFactAttribute : FactAttribute
{
    /// <param name="takesLong">Whether it also needs ZCVERIFY_LONG=1.</param>
    public QemuFactAttribute(bool takesLong = false) => Skip = Reason(takesLong);

    internal static string? Reason(bool takesLong) =>
        takesLong && !LongFactAttribute.Wanted ? LongFactAttribute.Reason
        : QemuProcess.Find() is null ? $"{QemuProcess.Binary} is not on PATH: apt-get install qemu-system-sparc"
        : null;
}

/// <inheritdoc cref="QemuFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class QemuTheoryAttribute : TheoryAttribute
{
    /// <param name="takesLong">Whether it also needs ZCVERIFY_LONG=1.</param>
    public QemuTheoryAttribute(bool takesLong = false) => Skip = QemuFactAttribute.Reason(takesLong);
}
