package org.instructgpt.project;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.instructgpt.files.PrivateFiles;
import org.jspecify.annotations.Nullable;

/// What a training holds of the workspace's models while it runs: the name that it makes, for
/// itself alone, and those that it was begun with, together with others.
///
/// So two trainings never make one model, of whatever stages they are, and nobody replaces a model
/// that another training counts on: it could not be resumed, as its parents would have changed. The
/// locks are the file system's (`runs/.model-NAME.lock`) and end with the process, however it ends.
final class ModelLock implements AutoCloseable {
  private final Workspace workspace;
  private final List<FileChannel> held = new ArrayList<>();
  private final Set<String> names = new HashSet<>();

  private ModelLock(Workspace workspace) {
    this.workspace = workspace;
  }

  /// Takes the name of the model that is to be made.
  ///
  /// @throws IllegalArgumentException if another training makes it or counts on it
  public static ModelLock toMake(Workspace workspace, String name) throws IOException {
    var lock = new ModelLock(workspace);
    var channel = open(workspace, name);
    if (!locked(channel, false)) {
      throw refused(channel, name);
    }
    lock.keep(channel, name);
    channel.truncate(0);
    var who = "process " + ProcessHandle.current().pid();
    channel.write(ByteBuffer.wrap(who.getBytes(StandardCharsets.UTF_8)), 0);
    return lock;
  }

  /// Holds a model that the training is begun with, if it is one of this workspace.
  ///
  /// @param flag that named it
  /// @throws IllegalArgumentException if another training is about to replace it
  void alsoCountOn(Path model, String flag) throws IOException {
    var models = workspace.root().resolve("models");
    boolean ours =
        Files.isDirectory(models)
            && model.toRealPath().startsWith(models.toRealPath())
            && model.getFileName() != null;
    if (!ours || names.contains(String.valueOf(model.getFileName()))) {
      return;
    }
    var name = String.valueOf(model.getFileName());
    var channel = open(workspace, name);
    if (!locked(channel, true)) {
      throw new IllegalArgumentException(
          "%s %s: this model is being trained anew at this moment%s; wait until that ends or stop it, or name another model with %s"
              .formatted(flag, name, by(channel), flag));
    }
    keep(channel, name);
  }

  private void keep(FileChannel channel, String name) {
    held.add(channel);
    names.add(name);
  }

  private static IllegalArgumentException refused(FileChannel channel, String name)
      throws IOException {
    try (channel) {
      boolean read = locked(channel, true);
      return new IllegalArgumentException(
          read
              ? "a training that runs now was begun with the model %s; wait until it ends or stop it, or choose another --name"
                  .formatted(name)
              : "the model %s is being trained at this moment%s; wait until that ends or stop it, or choose another --name"
                  .formatted(name, by(channel)));
    }
  }

  private static String by(FileChannel channel) throws IOException {
    var bytes = ByteBuffer.allocate(64);
    channel.read(bytes, 0);
    var who = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
    return who.isEmpty() ? "" : ", by " + who;
  }

  private static FileChannel open(Workspace workspace, String name) throws IOException {
    PrivateFiles.folder(workspace.runs());
    return FileChannel.open(
        workspace.runs().resolve(".model-" + name + ".lock"),
        StandardOpenOption.CREATE,
        StandardOpenOption.READ,
        StandardOpenOption.WRITE);
  }

  private static boolean locked(FileChannel channel, boolean shared) throws IOException {
    try {
      @Nullable FileLock lock = channel.tryLock(0, Long.MAX_VALUE, shared);
      return lock != null;
    } catch (OverlappingFileLockException heldByThisProcess) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    for (var channel : held) {
      channel.close(); // and with it the lock
    }
  }
}
