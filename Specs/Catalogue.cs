using System.Reflection;

namespace ZeroCopy.Specs;

/// <summary>Every rule there is, in the order of its id. Derived once from the classes named <c>*Rules</c>.</summary>
public static class Catalogue
{
    public static IReadOnlyList<Rule> All { get; } =
    [
        .. typeof(Catalogue).Assembly.GetTypes()
            .Where(type => type.Name.EndsWith("Rules", StringComparison.Ordinal))
            .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Static))
            .Where(field => field.FieldType == typeof(Rule))
            .Select(field => (Rule)field.GetValue(null)!)
            .OrderBy(rule => rule.Id, StringComparer.Ordinal),
    ];

    /// <summary>The rule of this id, in either case of letters; null where there is none.</summary>
    public static Rule? Find(string id) =>
        All.FirstOrDefault(rule => rule.Id.Equals(id, StringComparison.OrdinalIgnoreCase));

    /// <summary>The rule that code names so, as <c>SkbRules.Room</c>; null where there is none.</summary>
    public static Rule? Named(string type, string field) =>
        typeof(Catalogue).Assembly.GetType($"{typeof(Catalogue).Namespace}.{type}")?.GetField(field)?.GetValue(null) as Rule;
}
