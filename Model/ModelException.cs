using ZeroCopy.Specs;

namespace ZeroCopy.Model;

/// <summary>Illegal use of the model: our own bug, never a finding. The message says what was asked for.</summary>
public sealed class ModelException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A BUG check or a guard that fired in the code under test: a violation of <see cref="Rule"/>. kernel: BUG(), skb_over_panic().</summary>
public sealed class BugException(Rule rule, string what) : Exception($"{rule.Id} {what}")
{
    public Rule Rule => rule;

    public string What => what;
}
