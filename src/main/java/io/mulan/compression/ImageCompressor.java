package io.mulan.compression;

import io.mulan.compression.CompressedFile.Head;
import io.mulan.config.RunConfig;
import io.mulan.data.Conditions;
import io.mulan.data.ImageSet;
import io.mulan.files.CountedOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Images to a file and back, by a model. The streams of a file are worked on at once, as many as
 * there are processors; no more than these are in memory.
 */
public final class ImageCompressor {
  private final Head head;
  private final StreamCoder coder;

  /**
   * @param head what the file has of the model, the chain and the images
   * @param group images that go through the network together at most
   * @param made called after each step with the number of images, from several threads; may throw
   *     to end the work
   */
  public ImageCompressor(RunConfig config, ChainLaws laws, Head head, int group, IntConsumer made) {
    this.head = head;
    this.coder =
        new StreamCoder(
            new GroupCoder(
                laws, LatentCoder.of(config.latent()), config.data().levels(), head.cells(), made),
            Conditions.of(config.data()),
            Integer.highestOneBit(group));
  }

  /**
   * What a file has taken, in bits.
   *
   * @param bound of all images, for T steps
   * @param start what the first images of each stream take more than the bound, as independent
   *     pixels, and the state of an empty stack
   * @param chance what the noise that was drawn makes of the bound
   * @param grid what rounding to cells, and probabilities to whole numbers, takes
   * @param head of the file, with lengths, checksums, kinds of groups and bytes that are not full
   * @param plain images that were coded as independent pixels
   * @param readSeconds of reading it again, if that was asked for
   */
  public record Result(
      long bytes,
      double bound,
      double start,
      double chance,
      double grid,
      double head,
      int plain,
      double writeSeconds,
      double readSeconds) {}

  /**
   * Writes a file.
   *
   * @param check whether each stream is read again and compared
   * @throws WrongImagesException if that finds a difference
   */
  public Result write(ImageSet images, OutputStream to, boolean check) throws IOException {
    Total total = new Total();
    AtomicLong writing = new AtomicLong();
    AtomicLong reading = new AtomicLong();
    try {
      CountedOutput counted = new CountedOutput(to);
      CompressedFile.Writer file = new CompressedFile.Writer(counted, head);
      InOrder.<StreamCoder.Written>run(
          head.streams(),
          Runtime.getRuntime().availableProcessors(),
          stream -> {
            int first = head.first(stream);
            int[] numbers = IntStream.range(first, first + head.count(stream)).toArray();
            ImageSet own = images.chosen(numbers);
            return () -> {
              long start = System.nanoTime();
              StreamCoder.Written written = coder.write(own);
              writing.addAndGet(System.nanoTime() - start);
              if (check) {
                start = System.nanoTime();
                requireSame(own, coder.read(written.bytes(), own.count()));
                reading.addAndGet(System.nanoTime() - start);
              }
              return written;
            };
          },
          (stream, written) -> {
            total.add(written);
            try {
              file.write(written.bytes());
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
      return total.result(counted.count(), writing.get() / 1e9, reading.get() / 1e9);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static void requireSame(ImageSet images, StreamCoder.Read read) {
    if (!Arrays.equals(images.copies(images.count(), i -> i), read.images())) {
      throw new WrongImagesException();
    }
  }

  /** Takes images. */
  @FunctionalInterface
  public interface Sink {
    /**
     * Takes images that follow those before.
     *
     * @param images levels [count n]
     * @param labels their classes, if the model is conditioned on them
     */
    void take(byte[] images, int[] labels);
  }

  /**
   * Reads a file.
   *
   * @throws WrongImagesException if what comes back is not what was written
   */
  public void read(CompressedFile.Reader file, Sink sink) {
    InOrder.<StreamCoder.Read>run(
        head.streams(),
        Runtime.getRuntime().availableProcessors(),
        stream -> {
          byte[] bytes = file.next();
          return () -> coder.read(bytes, head.count(stream));
        },
        (stream, read) -> sink.take(read.images(), read.labels()));
  }

  /** Sums of streams. */
  private static final class Total {
    private final Cost cost = new Cost();
    private final Cost plainCost = new Cost();
    private double plainBits;
    private double streams;
    private int plain;

    void add(StreamCoder.Written written) {
      cost.add(written.cost());
      plainCost.add(written.plainCost());
      plainBits += written.plainBits();
      plain += written.plain();
      streams++;
    }

    Result result(long bytes, double writeSeconds, double readSeconds) {
      double start = plainBits - plainCost.bound() + Rans.EMPTY_BITS * streams;
      double rest = 8.0 * bytes - cost.whole() - plainBits - Rans.EMPTY_BITS * streams;
      return new Result(
          bytes,
          cost.bound() + plainCost.bound(),
          start,
          cost.realised() - cost.bound(),
          cost.whole() - cost.realised(),
          rest,
          plain,
          writeSeconds,
          readSeconds);
    }
  }
}
