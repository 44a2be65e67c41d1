package org.instructgpt.files;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The machine's file system with a process that dies at a chosen moment.
///
/// Every change (open for writing, make a folder, delete, move) has a moment before and one after
/// it; [#moment()] adds others. At the chosen one a [Crash] is thrown, and from then on everything
/// throws it, so that no `finally` can tidy up: what is on the disk is what `kill -9` would leave.
public final class CrashingDisk {
  private final Provider provider;
  private final FileSystem fileSystem = new Disk();
  private long left;
  private boolean dead;

  /// A disk whose process dies at moment `moments` (from 0); it never does if that never comes.
  public CrashingDisk(long moments) {
    left = moments;
    provider = new Provider();
  }

  /// The process died.
  public static final class Crash extends Error {
    private static final long serialVersionUID = 1L;
  }

  /// The same path on this disk.
  public Path path(Path real) {
    return (Path)
        Proxy.newProxyInstance(
            CrashingDisk.class.getClassLoader(),
            new Class<?>[] {Path.class, Wrapped.class},
            (_, method, arguments) -> {
              if (method.getName().equals("real")) {
                return real;
              }
              if (method.getName().equals("getFileSystem")) {
                return fileSystem;
              }
              Object[] plain =
                  arguments == null
                      ? new Object[0]
                      : Arrays.stream(arguments)
                          .map(it -> it instanceof Wrapped wrapped ? wrapped.real() : it)
                          .toArray();
              try {
                Object result = method.invoke(real, plain);
                return result instanceof Path path ? path(path) : result;
              } catch (InvocationTargetException thrown) {
                throw thrown.getCause();
              }
            });
  }

  /// Whether the process is dead.
  boolean dead() {
    return dead;
  }

  /// A moment at which the process may die.
  public void moment() {
    if (dead || left-- == 0) {
      dead = true;
      throw new Crash();
    }
  }

  private interface Wrapped {
    Path real();
  }

  private interface Change<T> {
    T make() throws IOException;
  }

  private <T> T change(Change<T> change) throws IOException {
    moment();
    T result = change.make();
    moment();
    return result;
  }

  private <T> T look(Change<T> look) throws IOException {
    if (dead) {
      throw new Crash();
    }
    return look.make();
  }

  private static Path real(Path path) {
    return path instanceof Wrapped wrapped ? wrapped.real() : path;
  }

  private static FileSystemProvider under(Path path) {
    return real(path).getFileSystem().provider();
  }

  private static boolean writes(Set<? extends OpenOption> options) {
    return options.contains(WRITE) || options.contains(APPEND);
  }

  private final class Provider extends FileSystemProvider {
    @Override
    public String getScheme() {
      return "crashing";
    }

    @Override
    public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
      throw new UnsupportedOperationException();
    }

    @Override
    public FileSystem getFileSystem(URI uri) {
      return fileSystem;
    }

    @Override
    public Path getPath(URI uri) {
      return path(Path.of(uri));
    }

    @Override
    public SeekableByteChannel newByteChannel(
        Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
        throws IOException {
      Change<SeekableByteChannel> open =
          () -> under(path).newByteChannel(real(path), options, attributes);
      return writes(options) ? change(open) : look(open);
    }

    @Override
    public FileChannel newFileChannel(
        Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
        throws IOException {
      Change<FileChannel> open = () -> under(path).newFileChannel(real(path), options, attributes);
      return writes(options) ? change(open) : look(open);
    }

    @Override
    public DirectoryStream<Path> newDirectoryStream(
        Path folder, DirectoryStream.Filter<? super Path> filter) throws IOException {
      DirectoryStream<Path> entries =
          look(() -> under(folder).newDirectoryStream(real(folder), filter));
      return new DirectoryStream<>() {
        @Override
        public Iterator<Path> iterator() {
          Iterator<Path> reals = entries.iterator();
          return new Iterator<>() {
            @Override
            public boolean hasNext() {
              return reals.hasNext();
            }

            @Override
            public Path next() {
              return path(reals.next());
            }
          };
        }

        @Override
        public void close() throws IOException {
          entries.close();
        }
      };
    }

    @Override
    public void createDirectory(Path folder, FileAttribute<?>... attributes) throws IOException {
      change(() -> {
        under(folder).createDirectory(real(folder), attributes);
        return folder;
      });
    }

    @Override
    public void delete(Path path) throws IOException {
      change(() -> {
        under(path).delete(real(path));
        return path;
      });
    }

    @Override
    public void copy(Path from, Path to, CopyOption... options) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void move(Path from, Path to, CopyOption... options) throws IOException {
      change(() -> {
        under(from).move(real(from), real(to), options);
        return to;
      });
    }

    @Override
    public boolean isSameFile(Path one, Path other) throws IOException {
      return look(() -> under(one).isSameFile(real(one), real(other)));
    }

    @Override
    public boolean isHidden(Path path) throws IOException {
      return look(() -> under(path).isHidden(real(path)));
    }

    @Override
    public FileStore getFileStore(Path path) throws IOException {
      return look(() -> under(path).getFileStore(real(path)));
    }

    @Override
    public void checkAccess(Path path, AccessMode... modes) throws IOException {
      look(() -> {
        under(path).checkAccess(real(path), modes);
        return path;
      });
    }

    @Override
    public <V extends FileAttributeView> @Nullable V getFileAttributeView(
        Path path, Class<V> type, LinkOption... options) {
      return under(path).getFileAttributeView(real(path), type, options);
    }

    @Override
    public <A extends BasicFileAttributes> A readAttributes(
        Path path, Class<A> type, LinkOption... options) throws IOException {
      return look(() -> under(path).readAttributes(real(path), type, options));
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String names, LinkOption... options)
        throws IOException {
      return look(() -> under(path).readAttributes(real(path), names, options));
    }

    @Override
    public void setAttribute(Path path, String name, Object value, LinkOption... options) {
      throw new UnsupportedOperationException();
    }
  }

  private final class Disk extends FileSystem {
    @Override
    public FileSystemProvider provider() {
      return provider;
    }

    @Override
    public void close() {}

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public boolean isReadOnly() {
      return false;
    }

    @Override
    public String getSeparator() {
      return "/";
    }

    @Override
    public Iterable<Path> getRootDirectories() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Iterable<FileStore> getFileStores() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Set<String> supportedFileAttributeViews() {
      return Set.of("basic", "posix");
    }

    @Override
    public Path getPath(String first, String... more) {
      return path(Path.of(first, more));
    }

    @Override
    public PathMatcher getPathMatcher(String syntaxAndPattern) {
      throw new UnsupportedOperationException();
    }

    @Override
    public UserPrincipalLookupService getUserPrincipalLookupService() {
      throw new UnsupportedOperationException();
    }

    @Override
    public WatchService newWatchService() {
      throw new UnsupportedOperationException();
    }
  }
}
