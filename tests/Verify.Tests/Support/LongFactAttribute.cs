namespace ZeroCopy.Tests.Support;

/// <summary>A test that takes longer than the default run allows: with ZCVERIFY_LONG=1 it runs.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LongFactAttribute : FactAttribute
{
    public LongFactAttribute() => Skip = Wanted ? null : Reason;

    internal static bool Wanted => Environment.GetEnvironmentVariable("ZCVERIFY_LONG") == "1";

    internal const string Reason = "takes long: set ZCVERIFY_LONG=1";
}

/// <inheritdoc cref="LongFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LongTheoryAttribute : TheoryAttribute
{
    public LongTheoryAttribute() => Skip = LongFactAttribute.Wanted ? null : LongFactAttribute.Reason;
}

/// <summary>A test that tshark judges.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TsharkFactAttribute : FactAttribute
{
    /// <param name="takesLong">Whether it also needs ZCVERIFY_LONG=1.</param>
    public TsharkFactAttribute(bool takesLong = false) =>
        Skip = takesLong && !LongFactAttribute.Wanted ? LongFactAttribute.Reason
            : Tshark.Tshark.IsThere ? null
            : "tshark is not on PATH: apt-get install tshark";
}
