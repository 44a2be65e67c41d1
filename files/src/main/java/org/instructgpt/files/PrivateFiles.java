package org.instructgpt.files;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;

/// Files and folders that hold what people wrote are their owner's alone, from the first byte on,
/// where files have owners.
public final class PrivateFiles {
  private static final boolean POSIX =
      FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

  private PrivateFiles() {}

  /// For a file that is made now: `rw-------`.
  public static FileAttribute<?>[] file() {
    return attributes("rw-------");
  }

  /// Puts a file in place when `content` has written it whole, as [AtomicFiles#write] does; it is
  /// its owner's alone, whoever could read the one before.
  ///
  /// @throws IOException if it cannot be written; the target is then as it was
  public static void write(Path file, AtomicFiles.Content<OutputStream> content)
      throws IOException {
    AtomicFiles.write(file, content, file());
  }

  private static FileAttribute<?>[] attributes(String rights) {
    return POSIX
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(rights))
        }
        : new FileAttribute<?>[0];
  }

  /// Makes a folder, and those above it, where they are missing. One that is there stays as it is.
  public static void folder(Path folder) throws IOException {
    Path above = folder.toAbsolutePath().getParent();
    if (!Files.isDirectory(folder)) {
      if (above != null) {
        Files.createDirectories(above);
      }
      Files.createDirectories(folder, attributes("rwx------"));
    }
  }

  /// Makes an empty file where there is none. One that is there and that everybody may read was
  /// made without a thought of that (by an older version, or an editor), and is its owner's alone
  /// from now on; other rights are somebody's choice and stay.
  public static void keep(Path file) throws IOException {
    if (!Files.exists(file)) {
      Files.createFile(file, file());
    } else if (POSIX
        && Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
      try {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
      } catch (FileSystemException notOurs) {
        // Whose file it is decides.
      }
    }
  }
}
