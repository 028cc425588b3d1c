package io.mulan.data;

import io.mulan.files.AtomicFile;
import io.mulan.files.AtomicFolder;
import io.mulan.files.Cache;
import io.mulan.files.ConfigException;
import io.mulan.files.IoReason;
import io.mulan.files.ProgramLock;
import io.mulan.formats.Archive;
import java.io.IOException;
import java.net.ProxySelector;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * A data set that can be fetched from where it is published.
 *
 * @param key as the command line spells it
 * @param kind the {@code data.kind} that reads it
 * @param address that has all files; ends with a slash
 * @param mostBytes that a file may have
 */
public record PublicSet(String key, String kind, URI address, long mostBytes, List<Part> parts) {
  private static final long MOST_UNPACKED_BYTES = 1L << 30;
  private static final String ARCHIVE = ".tar.gz";

  /**
   * A file.
   *
   * @param md5 the checksum that is published for it
   */
  public record Part(String file, String md5) {}

  private static final PublicSet CIFAR10 =
      new PublicSet(
          "cifar10",
          "cifar10",
          URI.create("https://www.cs.toronto.edu/~kriz/"),
          180_000_000,
          List.of(new Part("cifar-10-binary.tar.gz", "c32a1d4ab5d03f1284b67883e8d87530")));

  /** The authors' page no longer serves them; this copy is the one that torchvision uses. */
  private static final PublicSet MNIST =
      new PublicSet(
          "mnist",
          "idx",
          URI.create("https://ossci-datasets.s3.amazonaws.com/mnist/"),
          12_000_000,
          List.of(
              new Part("train-images-idx3-ubyte.gz", "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
              new Part("train-labels-idx1-ubyte.gz", "d53e105ee54ea40749a09fcbcd1e9432"),
              new Part("t10k-images-idx3-ubyte.gz", "9fb629c4189551a2d022fa330f9573f3"),
              new Part("t10k-labels-idx1-ubyte.gz", "ec29112dd5afa0611ce80d1b7f02629c")));

  /** The address that its authors give. */
  private static final PublicSet FASHION_MNIST =
      new PublicSet(
          "fashion-mnist",
          "idx",
          URI.create("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"),
          30_000_000,
          List.of(
              new Part("train-images-idx3-ubyte.gz", "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
              new Part("train-labels-idx1-ubyte.gz", "25c81989df183df01b3e8a0aad5dffbe"),
              new Part("t10k-images-idx3-ubyte.gz", "bef4ecab320f06d8554ea6380940ec79"),
              new Part("t10k-labels-idx1-ubyte.gz", "bb300cfdad3c16e7a12a480ee83cd310")));

  private static final List<PublicSet> ALL = List.of(CIFAR10, MNIST, FASHION_MNIST);

  /** The names of all. */
  public static List<String> names() {
    return ALL.stream().map(PublicSet::key).toList();
  }

  /** The one of this name. */
  public static Optional<PublicSet> named(String name) {
    return ALL.stream().filter(s -> s.key.equals(name)).findFirst();
  }

  /** Called with how far a file is. */
  @FunctionalInterface
  public interface Progress {
    void at(String file, long bytes);
  }

  /**
   * Fetches the files and unpacks archives. Downloads stay in the cache; what is there is not
   * fetched again. If several programs fetch the same set, one does and the others wait.
   *
   * @param from another address that has the same files; ends with a slash
   * @param environment variables by name; some say which proxy to use
   * @return the folder for {@code data.path}
   * @throws ConfigException if that fails, saying what to do
   */
  public Path fetch(URI from, Path folder, Map<String, String> environment, Progress progress) {
    Path cache = Cache.folder().resolve("downloads").resolve(key);
    try {
      Files.createDirectories(cache);
      try (ProgramLock held =
          ProgramLock.hold(
              cache.resolve(".lock"),
              () -> log().info("another program fetches {}; waiting for it...", key))) {
        return fetch(from, cache, folder, environment, progress);
      }
    } catch (IOException e) {
      throw new ConfigException(
          "%s cannot be fetched into %s: %s; set MULAN_CACHE to a folder with room"
              .formatted(key, cache, IoReason.of(e)),
          e);
    }
  }

  private Path fetch(
      URI from, Path cache, Path folder, Map<String, String> environment, Progress progress) {
    ProxySelector proxies = new Proxies(environment, ProxySelector.getDefault());
    List<Path> files = new ArrayList<>();
    for (Part part : parts) {
      Download download =
          new Download(from.resolve(part.file()), part.file(), mostBytes, part.md5(), proxies);
      files.add(download.into(cache, Download.Patience.USUAL, progress));
    }
    for (Path file : files) {
      place(file, folder);
    }
    return folder;
  }

  private static void place(Path file, Path folder) {
    String name = file.getFileName().toString();
    try {
      if (!name.endsWith(ARCHIVE)) {
        AtomicFile.write(folder.resolve(name), out -> Files.copy(file, out));
        return;
      }
      if (Files.exists(folder)) {
        return; // whole, if it was unpacked here
      }
      AtomicFolder.write(
          folder.toAbsolutePath().normalize(),
          unfinished -> Archive.unpack(file, unfinished, MOST_UNPACKED_BYTES));
    } catch (IOException e) {
      throw new ConfigException(
          "%s cannot be put into %s: %s; name another folder with --to"
              .formatted(file, folder, IoReason.of(e)),
          e);
    }
  }

  /** Asked for late: the help names the sets. */
  private static Logger log() {
    return LogManager.getLogger(PublicSet.class);
  }
}
