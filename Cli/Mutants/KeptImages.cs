namespace ZeroCopy.Cli.Mutants;

/// <summary>Compiled projects without a patch, beside the program: a run with a mutant compiles only what is patched. Where they cannot be kept, they are compiled again.</summary>
internal static class KeptImages
{
    // The program carries the sources and what compiles them: another text of either is another id.
    private static readonly string Build = $"{typeof(KeptImages).Module.ModuleVersionId:N}";
    private static readonly string All = Path.Combine(AppContext.BaseDirectory, "unpatched");

    /// <summary>The image of this build that was kept; else makes it and keeps it.</summary>
    public static byte[] Of(string project, Func<byte[]> make)
    {
        var path = Path.Combine(All, Build, project + ".dll");
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            var image = make();
            Keep(path, image);
            return image;
        }
    }

    private static void Keep(string path, byte[] image)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using (var file = new OutputFile(path))
            {
                file.Write(image);
                file.Keep();
            }

            foreach (var old in Directory.EnumerateDirectories(All).Where(folder => Path.GetFileName(folder) != Build))
            {
                Directory.Delete(old, recursive: true);
            }
        }
        catch (Exception refused) when (refused is InputException or IOException or UnauthorizedAccessException)
        {
            // Another process keeps the same file, or nothing can be written here.
        }
    }
}
