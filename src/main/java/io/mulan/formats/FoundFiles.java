package io.mulan.formats;

import io.mulan.files.ConfigException;
import io.mulan.files.IoReason;
import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The files of a data set, in a folder and in those below it. Links are followed; what is
 * {@linkplain #isForeign foreign} is not there.
 *
 * @param folder that they lie in
 * @param names of them below it, with slashes, sorted
 */
public record FoundFiles(Path folder, List<String> names) {
  /** What operating systems leave among files of the user. */
  private static final Set<String> FOREIGN =
      Set.of(
          "__macosx",
          "@eadir",
          "#recycle",
          "$recycle.bin",
          "system volume information",
          "lost+found",
          "thumbs.db",
          "ehthumbs.db",
          "desktop.ini");

  /**
   * Whether a name, or one of the folders of a path whose parts slashes separate, is not part of a
   * data set, whatever it ends with: a hidden one, which begins with a dot, or one of an operating
   * system.
   */
  public static boolean isForeign(String path) {
    return Arrays.stream(path.split("[/\\\\]"))
        .anyMatch(name -> name.startsWith(".") || FOREIGN.contains(name.toLowerCase(Locale.ROOT)));
  }

  /**
   * All files.
   *
   * @throws ConfigException naming a link that leads to nothing or back to where it lies, unless
   *     such are skipped, or a folder that cannot be read
   */
  public static FoundFiles in(Path folder, BadInput bad) {
    return in(folder, Integer.MAX_VALUE, bad);
  }

  /** Those that lie in the folder itself. */
  public static FoundFiles directlyIn(Path folder, BadInput bad) {
    return in(folder, 1, bad);
  }

  private static FoundFiles in(Path folder, int depth, BadInput bad) {
    List<String> names = new ArrayList<>();
    try {
      Files.walkFileTree(
          folder, EnumSet.of(FileVisitOption.FOLLOW_LINKS), depth, new Visitor(folder, names, bad));
    } catch (IOException e) {
      throw new ConfigException("cannot read folder " + folder + ": " + IoReason.of(e), e);
    }
    names.sort(null);
    return new FoundFiles(folder, List.copyOf(names));
  }

  private static final class Visitor extends SimpleFileVisitor<Path> {
    private final Path folder;
    private final List<String> names;
    private final BadInput bad;

    Visitor(Path folder, List<String> names, BadInput bad) {
      this.folder = folder;
      this.names = names;
      this.bad = bad;
    }

    private boolean isForeign(Path path) {
      return !path.equals(folder) && FoundFiles.isForeign(path.getFileName().toString());
    }

    @Override
    public FileVisitResult preVisitDirectory(Path below, BasicFileAttributes attributes) {
      return isForeign(below) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      if (!isForeign(file)) {
        if (attributes.isSymbolicLink()) { // of those that lead somewhere, the target is visited
          bad.found(new ConfigException(file + " is a link to nothing; remove or fix it"));
        } else if (attributes.isRegularFile()) {
          names.add(folder.relativize(file).toString().replace('\\', '/'));
        }
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) {
      if (isForeign(file)) {
        return FileVisitResult.CONTINUE;
      }
      if (e instanceof FileSystemLoopException) {
        bad.found(
            new ConfigException(file + " is a link to a folder that it lies in; remove it", e));
      } else {
        bad.found(new ConfigException("cannot read " + file + ": " + IoReason.of(e), e));
      }
      return FileVisitResult.CONTINUE;
    }
  }

  /** Those that are wanted. */
  public FoundFiles only(Predicate<String> wanted) {
    return new FoundFiles(folder, names.stream().filter(wanted).toList());
  }

  public Path path(String name) {
    return folder.resolve(name);
  }

  /** What a name ends with, in small letters and without the dot; empty if there is none. */
  public static String extension(String name) {
    String file = name.substring(name.lastIndexOf('/') + 1);
    int dot = file.lastIndexOf('.');
    return dot < 0 ? "" : file.substring(dot + 1).toLowerCase(Locale.ROOT);
  }

  /** How many of these names end with what, as in {@code 2 .tif, 1 .webp}; empty if none do. */
  public static String byExtension(List<String> names) {
    Map<String, Integer> counts = new TreeMap<>();
    names.forEach(name -> counts.merge(extension(name), 1, Integer::sum));
    return String.join(
        ", ", counts.entrySet().stream().map(e -> e.getValue() + " ." + e.getKey()).toList());
  }
}
