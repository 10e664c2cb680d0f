using System.Runtime.InteropServices;

namespace ZeroCopy.Cli;

/// <summary>Whether a path names a regular file; .NET does not say. Linux: statx(2).</summary>
internal static partial class FileType
{
    private const int AtFdcwd = -100;
    private const uint StatxType = 1;
    private const int ModeOffset = 28;
    private const int TypeMask = 0xf000;
    private const int Regular = 0x8000;

    public static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);

    /// <summary>Follows links. Where the system has no statx, everything outside /dev counts as regular.</summary>
    public static bool IsRegular(string path)
    {
        Span<byte> buffer = stackalloc byte[256];
        try
        {
            return Statx(AtFdcwd, path, 0, StatxType, ref MemoryMarshal.GetReference(buffer)) == 0
                && (BitConverter.ToUInt16(buffer[ModeOffset..]) & TypeMask) == Regular;
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            return File.Exists(path) && !Path.GetFullPath(path).StartsWith("/dev/", StringComparison.Ordinal);
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int Statx(int directory, string path, int flags, uint mask, ref byte buffer);
}
