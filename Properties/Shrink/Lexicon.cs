using ZeroCopy.Model;

namespace ZeroCopy.Properties.Shrink;

/// <summary>The lines of a language that were met so far: what was spelled once is not parsed again.</summary>
/// <param name="language">Every kind of operation.</param>
public sealed class Lexicon(IReadOnlyList<Spelling> language)
{
    private readonly Dictionary<string, Line?> _lines = [];

    public Line Of(Operation operation)
    {
        var text = operation.ToString();
        if (!_lines.TryGetValue(text, out var line) || line is null)
        {
            line = _lines[text] = new Line(this, _lines.Count, operation, text);
        }

        return line;
    }

    /// <summary>The line of this text; null where that is no operation.</summary>
    public Line? Parse(string text)
    {
        if (_lines.TryGetValue(text, out var line))
        {
            return line;
        }

        try
        {
            return _lines[text] = Of(Script.ParseOperation(text, 0, language));
        }
        catch (ScriptException)
        {
            // A number that is out of its range makes no operation: there is no such candidate.
            return _lines[text] = null;
        }
    }
}
