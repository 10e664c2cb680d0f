using System.Text;
using ZeroCopy.Properties.Report;
using ZeroCopy.Properties.Shrink;

namespace ZeroCopy.Cli;

/// <summary>The folder of scripts and reports. Whether it can be written is known before a run begins; files appear complete or not at all.</summary>
internal sealed class FailureStore
{
    private const string ScriptExtension = ".script";
    private const string Fixed = "fixed";

    private readonly string _folder;
    private readonly Dictionary<string, List<string>> _files = [];

    /// <summary>Looks whether the folder can be written, without leaving anything there; where it cannot, it is an <see cref="InputException"/>.</summary>
    public FailureStore(string folder)
    {
        _folder = folder;
        var existed = Directory.Exists(folder);
        try
        {
            Directory.CreateDirectory(folder);
            var probe = Path.Combine(folder, $".{Environment.ProcessId}.tmp");
            new FileStream(probe, FileMode.Create).Dispose();
            File.Delete(probe);
            if (!existed)
            {
                Directory.Delete(folder);
            }
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{folder} cannot be written: {failed.Message}");
        }
    }

    /// <summary>The scripts in the folder, in the order of their names.</summary>
    public IReadOnlyList<string> Scripts() => Directory.Exists(_folder)
        ? [.. Directory.EnumerateFiles(_folder, "*" + ScriptExtension).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>Moves a script, and what has its name, into the folder of what was fixed. Each file is there or here at any moment; the script goes last, so that a move that was interrupted is finished by the next run.</summary>
    /// <returns>Where the script lies now.</returns>
    public string MoveToFixed(string script)
    {
        var name = Path.GetFileNameWithoutExtension(script);
        var files = Directory.EnumerateFiles(_folder)
            .Where(file => Path.GetFileNameWithoutExtension(file) == name)
            .OrderBy(file => Path.GetExtension(file) == ScriptExtension)
            .ThenBy(file => file, StringComparer.Ordinal)
            .ToList();
        var target = Path.Combine(_folder, Fixed, name);
        try
        {
            Directory.CreateDirectory(Path.Combine(_folder, Fixed));
            for (var number = 2; files.Exists(file => IsTakenByAnother(target + Path.GetExtension(file), file)); number++)
            {
                target = Path.Combine(_folder, Fixed, $"{name}-{number}");
            }

            foreach (var file in files)
            {
                File.Move(file, target + Path.GetExtension(file), overwrite: true);
            }
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{script} cannot be moved to {Path.Combine(_folder, Fixed)}: {failed.Message}");
        }

        return target + ScriptExtension;
    }

    /// <summary>Whether a target holds something else than the file that is to go there.</summary>
    private static bool IsTakenByAnother(string target, string file) =>
        FileType.Exists(target) && !(FileType.IsRegular(target) && File.ReadAllBytes(target).AsSpan().SequenceEqual(File.ReadAllBytes(file)));

    /// <summary>The script's file of a finding.</summary>
    public string ScriptOf(Finding finding) => Path.Combine(_folder, BugReport.NameOf(finding) + ScriptExtension);

    public string ReportOf(Finding finding) => Path.Combine(_folder, BugReport.NameOf(finding) + ".md");

    /// <summary>The files of a finding that were written, the script first.</summary>
    public IReadOnlyList<string> FilesOf(Finding finding) => _files[BugReport.NameOf(finding)];

    /// <summary>Writes the files of each. Where that fails, what is not yet there goes to standard error as scripts: nothing that was found is lost.</summary>
    public void Keep(IReadOnlyList<Finding> findings)
    {
        for (var i = 0; i < findings.Count; i++)
        {
            try
            {
                MakeFolder();
                Keep(findings[i]);
            }
            catch
            {
                foreach (var lost in findings.Skip(i))
                {
                    Console.Error.Write(lost.Shrunk.Script);
                }

                throw;
            }
        }
    }

    /// <summary>Script, report, test and, where something was on the wire, the frames.</summary>
    private void Keep(Finding finding)
    {
        var (script, name) = (finding.Shrunk.Script, BugReport.NameOf(finding));
        var files = _files[name] = [];
        Write(files, ScriptOf(finding), script.ToString());
        Write(files, ReportOf(finding), BugReport.Of(finding, ScriptOf(finding)));
        Write(files, Path.Combine(_folder, name + ".cs"), ReportFact.Of(script, finding.Main.Rule, name));
        var pcap = Path.Combine(_folder, name + ".pcap");
        if (EmittedFrames.Count(script) > 0)
        {
            using var file = new OutputFile(pcap);
            EmittedFrames.Of(script, new PcapWriter(file).Write);
            file.Keep();
            files.Add(pcap);
        }
    }

    private void MakeFolder()
    {
        try
        {
            Directory.CreateDirectory(_folder);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{_folder} cannot be written: {failed.Message}");
        }
    }

    private static void Write(List<string> files, string path, string text)
    {
        using var file = new OutputFile(path);
        file.Write(Encoding.UTF8.GetBytes(text));
        file.Keep();
        files.Add(path);
    }
}
