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

/// Files and folders that only their owner can read, from the first byte on, where the file system
/// has permissions. They are for what people wrote.
public final class PrivateFiles {
  private static final boolean POSIX =
      FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

  private PrivateFiles() {}

  /// For a file that is made now: `rw-------`.
  public static FileAttribute<?>[] file() {
    return attributes("rw-------");
  }

  /// Puts a file in place when `content` has written it whole, as [AtomicFiles#write] does; only
  /// its owner can read it, whoever could read the one before.
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

  /// Makes an empty file where there is none. An existing one that everybody may read was probably
  /// made so by accident (by an older version, or an editor), and only its owner can read it from
  /// now on; other permissions are taken as chosen and stay.
  public static void keep(Path file) throws IOException {
    if (!Files.exists(file)) {
      Files.createFile(file, file());
    } else if (POSIX
        && Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
      try {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
      } catch (FileSystemException notOurs) {
        // Another user owns the file, and its permissions are theirs to choose.
      }
    }
  }
}
