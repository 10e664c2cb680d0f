namespace ZeroCopy.Model.Net;

/// <summary>Features as people write them: sg, csum, highdma, fraglist. <c>csum</c> is the device's own kind of it.</summary>
public static class FeatureWords
{
    private static readonly (string Word, NetifFeatures Features)[] Words =
    [
        ("sg", NetifFeatures.Sg),
        ("csum", NetifFeatures.AnyCsum),
        ("highdma", NetifFeatures.HighDma),
        ("fraglist", NetifFeatures.FragList),
    ];

    /// <summary>The words of a set of features, in a fixed order.</summary>
    public static IReadOnlyList<string> Of(NetifFeatures features) =>
        [.. Words.Where(entry => (entry.Features & features) != 0).Select(entry => entry.Word)];

    /// <summary>The features that a word stands for; false where there is no such word.</summary>
    public static bool TryParse(string word, out NetifFeatures features)
    {
        foreach (var entry in Words)
        {
            if (entry.Word == word)
            {
                features = entry.Features;
                return true;
            }
        }

        features = NetifFeatures.None;
        return false;
    }

    /// <summary>Reads <c>-sg+csum</c>: what is switched off and on. False, with the word, where one is not known.</summary>
    public static bool TryParseChange(string text, out NetifFeatures off, out NetifFeatures on, out string wrong)
    {
        (off, on, wrong) = (NetifFeatures.None, NetifFeatures.None, "");
        for (var i = 0; i < text.Length;)
        {
            var next = text.IndexOfAny(['+', '-'], i + 1);
            var word = next < 0 ? text[i..] : text[i..next];
            if (word[0] is not ('+' or '-') || !TryParse(word[1..], out var features))
            {
                wrong = word;
                return false;
            }

            if (word[0] == '-')
            {
                off |= features;
            }
            else
            {
                on |= features;
            }

            i += word.Length;
        }

        return true;
    }

    /// <summary>Spells a change as <see cref="TryParseChange"/> reads it.</summary>
    public static string Change(NetifFeatures off, NetifFeatures on) =>
        string.Concat(Of(off).Select(word => "-" + word)) + string.Concat(Of(on).Select(word => "+" + word));
}
