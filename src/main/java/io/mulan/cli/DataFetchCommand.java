package io.mulan.cli;

import io.mulan.cli.Arguments.UsageException;
import io.mulan.console.ExitCode;
import io.mulan.console.Text;
import io.mulan.data.PublicSet;
import io.mulan.files.Cache;
import io.mulan.files.ConfigException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** {@code mulan data fetch}: brings a published data set here. */
final class DataFetchCommand implements Command {
  private static final long REPORT_BYTES = 20_000_000;

  @Override
  public String name() {
    return "data fetch";
  }

  @Override
  public String summary() {
    return "download a published data set: " + names();
  }

  private static String names() {
    return String.join(", ", PublicSet.names());
  }

  @Override
  public List<String> arguments() {
    return List.of("NAME");
  }

  @Override
  public String examples() {
    return """
          mulan data fetch cifar10                      into the cache; prints how to train on it
          mulan data fetch mnist --to data/mnist        into a folder
          mulan data fetch cifar10 --from https://HOST/ from a mirror; the checksum stays the official one
        """;
  }

  @Override
  public OptionList options() {
    return new OptionList()
        .value("to", "DIR", "the folder (NAME in MULAN_CACHE, or ~/.cache/mulan)")
        .value("from", "URL", "another address with the same files");
  }

  @Override
  public int run(Arguments given) {
    PublicSet set = set(given.words().get(0));
    URI from = given.has("from") ? address(given.text("from")) : set.address();
    Path folder = given.has("to") ? given.path("to") : Cache.folder().resolve(set.key());
    log().info("fetching {} from {}...", set.key(), from);
    Path there = set.fetch(from, folder, given.environment(), new Shown());
    given
        .out()
        .printf(
            "%s is in %s%ntrain on it: mulan train --set data.kind=%s --set data.path=%s%n"
                + "look at it:  mulan data info --kind %s --path %s%n",
            set.key(), there, set.kind(), there, set.kind(), there);
    return ExitCode.OK;
  }

  /** A line from time to time. */
  private final class Shown implements PublicSet.Progress {
    private String file = "";
    private long reported;

    @Override
    public void at(String name, long bytes) {
      if (!name.equals(file)) {
        file = name;
        reported = 0;
      }
      if (bytes - reported >= REPORT_BYTES) {
        reported = bytes;
        log().info("{}: {}", name, Text.bytes(bytes));
      }
    }
  }

  private static PublicSet set(String name) {
    String small = name.toLowerCase(Locale.ROOT);
    if (small.startsWith("imagenet")) {
      throw new ConfigException(
          name
              + " cannot be fetched without an account: get Imagenet32_train_npz.zip and"
              + " Imagenet32_val_npz.zip (or 64) at https://image-net.org/download-images, unpack"
              + " both into one folder, and train with --set data.kind=imagenet32 --set"
              + " data.path=FOLDER (this is the release of 2017, with anti-aliasing: it is easier by"
              + " about a quarter of a bit than the first one, which most published figures use)");
    }
    return PublicSet.named(small)
        .orElseThrow(
            () -> new UsageException("there is no '" + name + "' to fetch; there are " + names()));
  }

  private static URI address(String text) {
    try {
      URI uri = URI.create(text.endsWith("/") ? text : text + "/");
      if (uri.getHost() != null && List.of("http", "https").contains(uri.getScheme())) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      throw noAddress(text);
    }
    throw noAddress(text);
  }

  private static UsageException noAddress(String text) {
    return new UsageException(
        "--from is '" + text + "'; allowed is an address such as https://HOST/FOLDER/");
  }
}
