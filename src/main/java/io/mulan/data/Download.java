package io.mulan.data;

import io.mulan.files.AtomicFile;
import io.mulan.files.AtomicFolder;
import io.mulan.files.ConfigException;
import io.mulan.files.IoReason;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Fetches a file into a folder: what is there is kept and gone on with, redirects are followed, and
 * only what has the right checksum gets its name.
 *
 * @param file its name
 * @param mostBytes that it may have
 * @param md5 its checksum in hexadecimal, as it is published
 */
record Download(URI address, String file, long mostBytes, String md5, ProxySelector proxies) {
  private static final int TRIES = 5;
  private static final int OK = 200;
  private static final int PARTIAL = 206;
  private static final int NOT_SATISFIABLE = 416;
  private static final int SERVER_ERROR = 500;

  /**
   * How patient to be.
   *
   * @param answer how long a server may take to answer
   * @param stalled after which a connection that gives no more is cut, and another tried
   * @param pause between tries
   */
  record Patience(Duration answer, Duration stalled, Duration pause) {
    static final Patience USUAL =
        new Patience(Duration.ofSeconds(60), Duration.ofSeconds(60), Duration.ofSeconds(2));
  }

  /** An answer that stays the same when the request is repeated. */
  private static final class RefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    RefusedException(String message) {
      super(message);
    }
  }

  /** The connection failed; a failure on this side, such as a full disk, is not one. */
  private static final class BrokenException extends IOException {
    private static final long serialVersionUID = 1L;

    BrokenException(IOException cause) {
      super(cause);
    }
  }

  /**
   * Fetches it, unless it is there.
   *
   * @return the file
   * @throws ConfigException if it cannot be fetched, saying what to put where; or if its checksum
   *     is wrong, and then it is removed
   */
  Path into(Path folder, Patience patience, PublicSet.Progress progress) {
    Path target = folder.resolve(file);
    try {
      AtomicFolder.make(folder);
      if (Files.isRegularFile(target)) {
        check(target);
        return target;
      }
      Path part = folder.resolve(file + ".part");
      fetch(part, patience, progress);
      check(part);
      AtomicFile.place(part, target);
      return target;
    } catch (IOException e) {
      throw new ConfigException(
          "%s cannot be fetched: %s; resume with the same command, or fetch it elsewhere and put it"
                  .formatted(address, IoReason.of(e))
              + " at "
              + target,
          e);
    }
  }

  private void fetch(Path part, Patience patience, PublicSet.Progress progress) throws IOException {
    ScheduledExecutorService clock =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              Thread thread = new Thread(work, "download clock");
              thread.setDaemon(true);
              return thread;
            });
    try {
      HttpClient client =
          HttpClient.newBuilder()
              .followRedirects(HttpClient.Redirect.NORMAL)
              .connectTimeout(patience.answer())
              .proxy(proxies)
              .build();
      for (int tried = 1; !whole(client, part, patience, clock, progress); tried++) {
        if (tried == TRIES) {
          throw new IOException("the connection broke " + TRIES + " times");
        }
        Thread.sleep(patience.pause().toMillis() * tried);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      clock.shutdownNow();
    }
  }

  /** One try; whether all is there after it. */
  private boolean whole(
      HttpClient client,
      Path part,
      Patience patience,
      ScheduledExecutorService clock,
      PublicSet.Progress progress)
      throws IOException, InterruptedException {
    long there = Files.exists(part) ? Files.size(part) : 0;
    HttpRequest.Builder request = HttpRequest.newBuilder(address).timeout(patience.answer());
    if (there > 0) {
      request.header("Range", "bytes=" + there + "-");
    }
    HttpResponse<InputStream> response =
        client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    try (InputStream body = response.body()) {
      switch (response.statusCode()) {
        case OK -> there = 0;
        case PARTIAL -> {
          if (!response
              .headers()
              .firstValue("Content-Range")
              .orElse("")
              .startsWith("bytes " + there)) {
            throw new RefusedException("the server sends another part than the one asked for");
          }
        }
        case NOT_SATISFIABLE -> {
          // All was there already, or more than there is.
          return there > 0;
        }
        default -> {
          String answer = "the server answers " + response.statusCode();
          if (response.statusCode() >= SERVER_ERROR) {
            return false;
          }
          throw new RefusedException(answer);
        }
      }
      long length = response.headers().firstValueAsLong("Content-Length").orElse(-1);
      return copied(body, part, there, length, patience, clock, progress);
    }
  }

  private boolean copied(
      InputStream body,
      Path part,
      long there,
      long length,
      Patience patience,
      ScheduledExecutorService clock,
      PublicSet.Progress progress)
      throws IOException {
    StandardOpenOption how =
        there > 0 ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING;
    long bytes = there;
    try (OutputStream out =
        Files.newOutputStream(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE, how)) {
      byte[] buffer = new byte[1 << 16];
      while (true) {
        int read = read(body, buffer, patience, clock);
        if (read < 0) {
          break;
        }
        bytes += read;
        if (bytes > mostBytes) {
          out.close();
          Files.delete(part);
          throw new RefusedException("it is longer than the " + mostBytes + " bytes it may have");
        }
        out.write(buffer, 0, read);
        progress.at(file, bytes);
      }
    } catch (BrokenException broken) {
      return false;
    }
    return length < 0 || bytes - there == length;
  }

  private static int read(
      InputStream body, byte[] buffer, Patience patience, ScheduledExecutorService clock)
      throws IOException {
    ScheduledFuture<?> late =
        clock.schedule(() -> close(body), patience.stalled().toMillis(), TimeUnit.MILLISECONDS);
    try {
      return body.read(buffer);
    } catch (IOException e) {
      throw new BrokenException(e);
    } finally {
      late.cancel(false);
    }
  }

  private static void close(InputStream body) {
    try {
      body.close();
    } catch (IOException nothingMoreToDo) {
      return;
    }
  }

  /** Removes what has another checksum. */
  private void check(Path downloaded) throws IOException {
    String found = md5(downloaded);
    if (!found.equals(md5)) {
      long bytes = Files.size(downloaded);
      Files.delete(downloaded);
      throw new ConfigException(
          "%s (%d bytes) has the MD5 %s, not %s, and is removed; run the same command again"
              .formatted(downloaded, bytes, found, md5));
    }
  }

  static String md5(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("MD5");
      byte[] buffer = new byte[1 << 16];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
