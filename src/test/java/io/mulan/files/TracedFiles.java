package io.mulan.files;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Files;
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
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The files below a folder, and in which order they are made, written, forced and renamed. */
final class TracedFiles extends FileSystemProvider {
  private final Path root;
  private final FileSystemProvider real;
  private final FileSystem system;
  private final List<String> trace = new ArrayList<>();

  TracedFiles(Path root) {
    this.root = root;
    this.real = root.getFileSystem().provider();
    this.system = new Traced();
  }

  /** A file below the folder. */
  Path path(String name) {
    return traced(root.resolve(name));
  }

  /** What was done so far, such as {@code force a/file}. */
  List<String> trace() {
    return trace;
  }

  private void note(String what, Path path) {
    trace.add(what + " " + root.relativize(real(path)));
  }

  /** A path of this file system. */
  private Path traced(Path path) {
    return (Path)
        Proxy.newProxyInstance(
            TracedFiles.class.getClassLoader(),
            new Class<?>[] {Path.class, Wrapper.class},
            (proxy, method, arguments) -> call(path, method, arguments));
  }

  private interface Wrapper {
    Path inner();
  }

  private Object call(Path path, Method method, Object[] arguments) throws Throwable {
    if (method.getName().equals("inner")) {
      return path;
    }
    if (method.getName().equals("getFileSystem")) {
      return system;
    }
    Object[] inner = arguments == null ? new Object[0] : arguments.clone();
    for (int i = 0; i < inner.length; i++) {
      inner[i] = inner[i] instanceof Path p ? real(p) : inner[i];
    }
    try {
      Object result = method.invoke(path, inner);
      return result instanceof Path p ? traced(p) : result;
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static Path real(Path path) {
    return path instanceof Wrapper w ? w.inner() : path;
  }

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return new Forced(real.newFileChannel(real(path), options, attributes), path);
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    note("write", path);
    return real.newByteChannel(real(path), options, attributes);
  }

  @Override
  public void createDirectory(Path folder, FileAttribute<?>... attributes) throws IOException {
    real.createDirectory(real(folder), attributes);
    note("make", folder);
  }

  @Override
  public void move(Path from, Path to, CopyOption... options) throws IOException {
    real.move(real(from), real(to), options);
    note("rename", from);
  }

  @Override
  public void delete(Path path) throws IOException {
    real.delete(real(path));
    note("delete", path);
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path folder, DirectoryStream.Filter<? super Path> filter) throws IOException {
    List<Path> all = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(real(folder))) {
      entries.forEach(p -> all.add(traced(p)));
    }
    return new DirectoryStream<>() {
      @Override
      public Iterator<Path> iterator() {
        return all.iterator();
      }

      @Override
      public void close() {
        // All is read.
      }
    };
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    real.checkAccess(real(path), modes);
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    return real.readAttributes(real(path), type, options);
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String names, LinkOption... options)
      throws IOException {
    return real.readAttributes(real(path), names, options);
  }

  @Override
  public boolean isSameFile(Path a, Path b) throws IOException {
    return real.isSameFile(real(a), real(b));
  }

  @Override
  public boolean isHidden(Path path) throws IOException {
    return real.isHidden(real(path));
  }

  @Override
  public FileStore getFileStore(Path path) throws IOException {
    return real.getFileStore(real(path));
  }

  @Override
  public <V extends FileAttributeView> V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    return real.getFileAttributeView(real(path), type, options);
  }

  @Override
  public void setAttribute(Path path, String name, Object value, LinkOption... options)
      throws IOException {
    real.setAttribute(real(path), name, value, options);
  }

  @Override
  public void copy(Path from, Path to, CopyOption... options) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public String getScheme() {
    return "traced";
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> settings) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Path getPath(URI uri) {
    throw new UnsupportedOperationException();
  }

  /** Notes that a file or folder is forced to disk; nothing else is asked of it. */
  private final class Forced extends FileChannel {
    private final FileChannel inner;
    private final Path path;

    Forced(FileChannel inner, Path path) {
      this.inner = inner;
      this.path = path;
    }

    @Override
    public void force(boolean metadata) throws IOException {
      inner.force(metadata);
      note("force", path);
    }

    @Override
    protected void implCloseChannel() throws IOException {
      inner.close();
    }

    @Override
    public int read(ByteBuffer to) throws IOException {
      return inner.read(to);
    }

    @Override
    public long read(ByteBuffer[] to, int first, int count) throws IOException {
      return inner.read(to, first, count);
    }

    @Override
    public int read(ByteBuffer to, long position) throws IOException {
      return inner.read(to, position);
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
      return inner.write(from);
    }

    @Override
    public long write(ByteBuffer[] from, int first, int count) throws IOException {
      return inner.write(from, first, count);
    }

    @Override
    public int write(ByteBuffer from, long position) throws IOException {
      return inner.write(from, position);
    }

    @Override
    public long position() throws IOException {
      return inner.position();
    }

    @Override
    public FileChannel position(long position) throws IOException {
      return inner.position(position);
    }

    @Override
    public long size() throws IOException {
      return inner.size();
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
      return inner.truncate(size);
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel to) throws IOException {
      return inner.transferTo(position, count, to);
    }

    @Override
    public long transferFrom(ReadableByteChannel from, long position, long count)
        throws IOException {
      return inner.transferFrom(from, position, count);
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
      return inner.map(mode, position, size);
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) throws IOException {
      return inner.lock(position, size, shared);
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
      return inner.tryLock(position, size, shared);
    }
  }

  /** Only its paths are used. */
  private final class Traced extends FileSystem {
    private final FileSystem inner = root.getFileSystem();

    @Override
    public FileSystemProvider provider() {
      return TracedFiles.this;
    }

    @Override
    public Path getPath(String first, String... more) {
      return traced(inner.getPath(first, more));
    }

    @Override
    public String getSeparator() {
      return inner.getSeparator();
    }

    @Override
    public Iterable<Path> getRootDirectories() {
      return inner.getRootDirectories();
    }

    @Override
    public Iterable<FileStore> getFileStores() {
      return inner.getFileStores();
    }

    @Override
    public Set<String> supportedFileAttributeViews() {
      return inner.supportedFileAttributeViews();
    }

    @Override
    public PathMatcher getPathMatcher(String pattern) {
      return inner.getPathMatcher(pattern);
    }

    @Override
    public UserPrincipalLookupService getUserPrincipalLookupService() {
      return inner.getUserPrincipalLookupService();
    }

    @Override
    public WatchService newWatchService() throws IOException {
      return inner.newWatchService();
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public boolean isReadOnly() {
      return false;
    }

    @Override
    public void close() {}
  }
}
