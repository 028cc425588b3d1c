package io.mulan.formats;

import io.mulan.files.ConfigException;
import io.mulan.files.IoReason;
import io.mulan.files.Printable;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** Archives of strangers: no file leaves the folder, links are refused, and size has a bound. */
public final class Archive {
  private static final int MOST_ENTRIES = 100_000;

  private final Path file;
  private final long mostBytes;
  private long bytes;

  private Archive(Path file, long mostBytes) {
    this.file = file;
    this.mostBytes = mostBytes;
  }

  /**
   * Unpacks a .tar.gz into a folder.
   *
   * @param mostBytes that all files together may have
   * @throws ConfigException naming the archive, if it is damaged or means harm
   */
  public static void unpack(Path file, Path folder, long mostBytes) {
    try (InputStream stored = new BufferedInputStream(Files.newInputStream(file));
        InputStream plain = new GZIPInputStream(stored, 1 << 16);
        TarArchiveInputStream tar = new TarArchiveInputStream(plain)) {
      new Archive(file, mostBytes).unpack(tar, folder);
    } catch (ConfigException e) {
      throw e;
    } catch (IOException | RuntimeException e) { // damaged archives make readers throw anything
      throw new ConfigException(
          file + " cannot be unpacked as .tar.gz: " + reason(e) + "; fetch it again", e);
    }
  }

  private void unpack(TarArchiveInputStream tar, Path folder) throws IOException {
    int entries = 0;
    for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
      if (++entries > MOST_ENTRIES) {
        throw refusal("has more than " + MOST_ENTRIES + " entries");
      }
      Path target = inside(folder, entry.getName());
      if (entry.isDirectory()) {
        Files.createDirectories(target);
      } else if (isPlain(entry)) {
        Files.createDirectories(target.getParent());
        copy(tar, target);
      } else {
        throw refusal("holds '" + Printable.of(entry.getName()) + "', which is a link or device");
      }
    }
    if (entries == 0) {
      throw refusal("holds nothing");
    }
  }

  private static boolean isPlain(TarArchiveEntry entry) {
    byte kind = entry.getLinkFlag();
    return kind == TarConstants.LF_NORMAL || kind == TarConstants.LF_OLDNORM;
  }

  private Path inside(Path folder, String name) {
    Path root = folder.toAbsolutePath().normalize();
    try {
      Path target = root.resolve(name).normalize();
      boolean plain = !name.startsWith("/") && !name.contains("\\") && !name.contains("..");
      if (plain && target.startsWith(root)) {
        return target;
      }
    } catch (InvalidPathException e) {
      throw refusal("holds '" + Printable.of(name) + "', which is not a file name here");
    }
    throw refusal("holds '" + Printable.of(name) + "', which leads out of the folder");
  }

  private void copy(InputStream in, Path target) throws IOException {
    try (OutputStream out = Files.newOutputStream(target)) {
      byte[] buffer = new byte[1 << 16];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        bytes += read;
        if (bytes > mostBytes) {
          throw Unpacked.tooLarge(file, mostBytes);
        }
        out.write(buffer, 0, read);
      }
    }
  }

  private ConfigException refusal(String why) {
    return new ConfigException(file + " " + why + "; nothing of it is kept");
  }

  private static String reason(Exception e) {
    return e instanceof IOException io ? IoReason.of(io) : "it is damaged";
  }
}
