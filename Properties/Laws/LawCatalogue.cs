using System.Reflection;

namespace ZeroCopy.Properties.Laws;

/// <summary>Every law there is, in the order of its rule. Derived once from the classes named <c>*Laws</c>: tests, command line and specification enumerate this list.</summary>
public static class LawCatalogue
{
    public static IReadOnlyList<Law> All { get; } =
    [
        .. typeof(LawCatalogue).Assembly.GetTypes()
            .Where(type => type.Name.EndsWith("Laws", StringComparison.Ordinal))
            .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Static))
            .Where(field => field.FieldType == typeof(Law))
            .Select(field => (Law)field.GetValue(null)!)
            .OrderBy(law => law.Rule.Id, StringComparer.Ordinal)
            .ThenBy(law => law.Kind)
            .ThenBy(law => law.Name, StringComparer.Ordinal),
    ];
}
