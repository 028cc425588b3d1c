package io.mulan.results;

import io.mulan.compression.ChainGraph;
import io.mulan.compression.ChainLaws;
import io.mulan.compression.CompressedFile;
import io.mulan.compression.ImageCompressor;
import io.mulan.compression.Platform;
import io.mulan.compression.WrongImagesException;
import io.mulan.console.Countdown;
import io.mulan.console.Terminal;
import io.mulan.data.ImageSet;
import io.mulan.files.AtomicFile;
import io.mulan.files.ConfigException;
import io.mulan.files.IoReason;
import io.mulan.run.ChosenImages;
import io.mulan.run.TrainedRun;
import io.mulan.training.TrainedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.IntConsumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** Lossless compression of images by a trained model. */
public final class Compression {
  private static final Logger LOG = LogManager.getLogger(Compression.class);

  /** A stream has so many images at most, unless more streams are asked for. */
  private static final int MOST_PER_STREAM = 2048;

  private Compression() {}

  /**
   * How images are compressed.
   *
   * @param steps T
   * @param cells of the grid to a standard deviation, a multiple of a quarter
   * @param streams at least; each begins from nothing
   * @param batch images that go through the network together at most
   * @param check whether all is read again before the file gets its name
   */
  public record Options(int steps, double cells, int streams, int batch, boolean check) {}

  /** Writes a file, whole or not at all. */
  public static CompressionReport write(
      TrainedRun run,
      ChosenImages chosen,
      Options options,
      Platform platform,
      Path file,
      Terminal terminal) {
    ImageSet images = chosen.chosen();
    int most = (images.count() + MOST_PER_STREAM - 1) / MOST_PER_STREAM;
    CompressedFile.Head head =
        new CompressedFile.Head(
            model(run),
            platform.checksum(),
            options.steps(),
            options.cells(),
            images.count(),
            Math.min(images.count(), Math.max(most, options.streams())));
    LOG.info("building the model...");
    try (TrainedModel<ChainGraph> model = run.open(ChainGraph::build)) {
      terminal.watch("stopping; nothing is written");
      int ways = options.check() ? 2 : 1;
      try (Steps steps = new Steps(terminal, (long) ways * images.count() * options.steps())) {
        ImageCompressor compressor = compressor(run, model, head, options.batch(), steps);
        ImageCompressor.Result[] result = new ImageCompressor.Result[1];
        AtomicFile.write(file, out -> result[0] = compressor.write(images, out, options.check()));
        return new CompressionReport(
            chosen.description(),
            images,
            head,
            run.step(),
            result[0],
            OtherCodecs.png(images),
            OtherCodecs.xz(images),
            run.pixels().map(p -> p.crossEntropy(images)));
      }
    } catch (WrongImagesException e) {
      throw new ConfigException(
          "the images did not come back when they were read again, so nothing is written:"
              + " TensorFlow's numbers are not the same each time here",
          e);
    } catch (IOException e) {
      throw new ConfigException(file + " cannot be written: " + IoReason.of(e), e);
    }
  }

  private static ImageCompressor compressor(
      TrainedRun run,
      TrainedModel<ChainGraph> model,
      CompressedFile.Head head,
      int batch,
      IntConsumer made) {
    ChainLaws laws = new ChainLaws(model.session(), model.parts(), run.image(), head.steps());
    return new ImageCompressor(run.config(), laws, head, batch, made);
  }

  /** A checksum of the weights and of the settings that say what is computed with them. */
  static int model(TrainedRun run) {
    StringBuilder text = new StringBuilder(run.fingerprint()).append(' ').append(run.image());
    run.config()
        .settings()
        .forEach(
            (key, value) -> {
              if (key.matches("(schedule|latent|network|loss)\\..*|data\\.(levels|classes)")) {
                text.append(' ').append(key).append('=').append(value);
              }
            });
    return Platform.checksum(text.toString());
  }

  /** Shows how many steps of images are done; several threads make them. */
  private static final class Steps implements IntConsumer, AutoCloseable {
    private final Terminal terminal;
    private final Countdown countdown;
    private long done;

    Steps(Terminal terminal, long all) {
      this.terminal = terminal;
      this.countdown = new Countdown(terminal, "steps", all, 0);
    }

    @Override
    public synchronized void accept(int images) {
      terminal.stopIfAsked();
      done += images;
      countdown.at(done);
    }

    @Override
    public void close() {
      countdown.end();
    }
  }

  /**
   * Reads a file, and writes its images: to a .npy or .npz file, or as pictures to a folder.
   *
   * @param run the model that it was written with, as {@link ModelSearch} finds it
   * @param tried whether a file of another platform is read, too
   * @return how many images
   */
  public static int read(
      CompressedFile.Reader file,
      Path name,
      TrainedRun run,
      Platform platform,
      boolean tried,
      Path out,
      Terminal terminal) {
    CompressedFile.Head head = file.head();
    if (head.platform() != platform.checksum() && !tried) {
      throw new ConfigException(
          "%s was written by another program, TensorFlow, processor or number of threads than there is here (%s), so that its images may not come back; --try tries, and says if they do not"
              .formatted(name, platform.text()));
    }
    DecompressedImages images =
        new DecompressedImages(run.config().data(), run.image(), head.count());
    images.requireWritable(out);
    LOG.info("building the model...");
    try (TrainedModel<ChainGraph> model = run.open(ChainGraph::build)) {
      terminal.watch("stopping; nothing is written");
      try (Steps steps = new Steps(terminal, (long) head.count() * head.steps())) {
        ImageCompressor compressor = compressor(run, model, head, 1, steps);
        images.write(out, sink -> compressor.read(file, sink));
      }
      return head.count();
    } catch (WrongImagesException e) {
      throw new ConfigException(
          name
              + " does not give back its images here, so nothing is written: the network's numbers"
              + " differ from those where it was written; read it there",
          e);
    }
  }
}
