using ZeroCopy.Specs;

namespace ZeroCopy.Model;

/// <summary>Illegal use of the model: our own bug, never a finding. The message says what was asked for.</summary>
public sealed class ModelException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A BUG check or a guard that fired in the code under test: a violation of <see cref="Rule"/>. kernel: BUG(), skb_over_panic().</summary>
/// <param name="rule">What was broken.</param>
/// <param name="what">Says what was found. Asked only where the BUG was not expected: one random sequence in five ends in one that was.</param>
public sealed class BugException(Rule rule, Func<string> what) : Exception
{
    public BugException(Rule rule, string what)
        : this(rule, () => what)
    {
    }

    public Rule Rule => rule;

    public string What => what();

    public override string Message => $"{rule.Id} {What}";
}
