package io.mulan.files;

/**
 * The memory that one thing of a file may take, asked for before it is allocated: a small file can
 * hold, or claim to hold, more than there is.
 */
public final class HeapShare {
  /** What is read is copied once or twice before it is used, and is not alone. */
  private static final int PARTS = 4;

  private HeapShare() {}

  /**
   * Refuses what takes more than a quarter of the memory that Java may use.
   *
   * @param name of the thing, with its file
   * @throws ConfigException that says how to give Java more
   */
  public static void require(String name, long bytes) {
    long share = Runtime.getRuntime().maxMemory() / PARTS;
    if (bytes > share) {
      throw new ConfigException(
          "%s takes %d MiB of memory, more than the %d MiB that one thing may; split it, or give Java more (MULAN_JAVA_OPTS=-Xmx%dg)"
              .formatted(name, bytes >> 20, share >> 20, bytes * PARTS / (1L << 30) + 1));
    }
  }
}
