package io.mulan.results;

import io.mulan.cluster.Workers;
import io.mulan.config.DataConfig;
import io.mulan.config.ImageShape;
import io.mulan.console.Terminal;
import io.mulan.console.Text;
import io.mulan.data.GrowingNpz;
import io.mulan.data.ImageSet;
import io.mulan.drawing.ImageGrid;
import io.mulan.drawing.Pictures;
import io.mulan.numpy.NpyArray;
import io.mulan.run.Provenance;
import io.mulan.run.SampleBatches;
import io.mulan.run.SamplingModel;
import io.mulan.run.SamplingPlan;
import io.mulan.run.TrainedRun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Images that a model draws, with their files: an archive, what they were made with, pictures.
 *
 * @param latents where they come from
 * @param compared images for a second grid
 * @param gif whether a moving picture is made
 * @param folder to write to, as the chief does
 * @param workers who share the images
 * @param lines takes lines about the result
 */
public record SampleFiles(
    TrainedRun run,
    SamplingPlan plan,
    SampleBatches.Latents latents,
    Optional<ImageSet> compared,
    boolean gif,
    OutFolder folder,
    Workers workers,
    Terminal terminal,
    Consumer<String> lines) {
  private static final Logger LOG = LogManager.getLogger(SampleFiles.class);

  /** Says what the images were made with. */
  public static final String JSON = "sample.json";

  static final String NPZ = "samples.npz";
  public static final String GRID = "grid.png";
  static final String BESIDE = "beside.png";
  static final String GIF = "denoising.gif";
  static final String BOUND = "bound.png";

  /** Whether all were drawn. What was drawn before an interruption or a failure is kept. */
  public boolean draw(SamplingModel model) {
    List<ImageSet> frames = new ArrayList<>();
    Consumer<Supplier<ImageSet>> looks = gif ? look -> frames.add(look.get()) : look -> {};
    if (!workers.isChief()) {
      return drawing().draw(model, latents, looks, (levels, used, evaluations) -> {});
    }
    long start = System.nanoTime();
    try (DrawnFile file = new DrawnFile(folder.resolve(NPZ), run)) {
      boolean all = false;
      try {
        all = drawing().draw(model, latents, looks, file);
      } finally {
        if (!all) {
          keep(file);
        }
      }
      if (all) {
        double seconds = (System.nanoTime() - start) / 1e9;
        line(
            "%d images, %s, %d evaluations of the network each, seed %d, weights of step %d: %s in"
                + " all, %.3g s an image",
            plan.count(),
            plan.way() instanceof SamplingPlan.Steps chain
                ? chain.name() + " in " + chain.steps() + " steps"
                : "probability flow",
            file.evaluations(),
            plan.seed(),
            run.step(),
            Text.duration(seconds),
            seconds / plan.count());
        write(file, plan.settings(), frames);
      }
      return all;
    }
  }

  /** Keeps what was drawn of more, unless it would take the place of an earlier draw. */
  private void keep(DrawnFile file) {
    if (file.count() == 0 || folder.isTaken()) {
      LOG.info("stopped early: nothing is written; the same command draws the same images");
      return;
    }
    Map<String, Object> settings = plan.settings();
    settings.put("count", file.count());
    settings.put("asked", plan.count());
    write(file, settings, List.of());
    LOG.info(
        "stopped early: {} of {} images are written; the same command draws all",
        file.count(),
        plan.count());
  }

  /** Writes the images, then what they were made with, then pictures, which are the least. */
  private void write(DrawnFile file, Map<String, Object> settings, List<ImageSet> frames) {
    folder.clear(GRID, BESIDE, GIF, BOUND);
    settings.put("evaluations", file.evaluations());
    file.write(); // in the place of an earlier one, which is not removed before
    Provenance.of(run, settings).write(folder.resolve(JSON));
    List<String> files = new ArrayList<>(List.of(NPZ, JSON));
    if (Pictures.shows(run.image())) {
      files.addAll(pictures(file.images(), frames));
    }
    lines.accept(folder.written(files.toArray(String[]::new)));
  }

  private List<String> pictures(ImageSet images, List<ImageSet> frames) {
    List<String> files = new ArrayList<>();
    int count = images.count();
    Pictures.grid(folder.resolve(GRID), images);
    files.add(GRID + Pictures.first(ImageGrid.most(images.shape()), count));
    int alone = Pictures.each(folder.resolve("images"), images);
    files.add("images/" + Pictures.first(alone, count));
    if (compared.isPresent()) {
      Pictures.sideBySide(folder.resolve(BESIDE), images, compared.get());
      files.add(BESIDE);
    }
    if (!frames.isEmpty()) {
      Pictures.gif(folder.resolve(GIF), frames);
      files.add(GIF);
    }
    return files;
  }

  private SampleBatches drawing() {
    return new SampleBatches(run, plan, workers, terminal);
  }

  private void line(String text, Object... values) {
    lines.accept(String.format(Locale.ROOT, text, values));
  }

  /**
   * The archive of what a model draws: {@code images}, {@code latents} and, where it is
   * conditioned, {@code labels}; and {@code arr_0}, the images as evaluators of samples read them:
   * RGB of 8 bits [N,H,W,3]. Images of other than one or three channels have none.
   */
  public static final class DrawnFile implements SampleBatches.Drawn, AutoCloseable {
    private static final String IMAGES = "images";

    private final GrowingNpz npz;
    private final ImageShape shape;
    private final DataConfig data;
    private long evaluations;

    /**
     * @throws io.mulan.files.ConfigException if nothing can be written there
     */
    public DrawnFile(Path file, TrainedRun run) {
      this.npz = new GrowingNpz(file);
      this.shape = run.image();
      this.data = run.config().data();
    }

    @Override
    public void batch(byte[] levels, float[] withConditions, int each) {
      int count = levels.length / shape.size();
      evaluations += (long) count * each;
      int width = withConditions.length / count;
      int size = width - data.conditions();
      float[] latents = new float[count * size];
      int[] classes = new int[count];
      for (int i = 0; i < count; i++) {
        System.arraycopy(withConditions, i * width, latents, i * size, size);
        while (data.classes() > 0 && withConditions[i * width + size + classes[i]] == 0) {
          classes[i]++;
        }
      }
      npz.add(IMAGES, NpyArray.of(levels, count, shape.height(), shape.width(), shape.channels()));
      if (shape.isPicture()) {
        npz.add("arr_0", new ImageSet("samples", shape, data.levels(), levels).toRgb());
      }
      npz.add("latents", NpyArray.of(latents, count, size));
      if (data.classes() > 0) {
        npz.add("labels", NpyArray.of(classes, count));
      }
    }

    /** Evaluations of the network for an image, mean over all. */
    public long evaluations() {
      return count() == 0 ? 0 : Math.round((double) evaluations / count());
    }

    /** How many images were drawn. */
    public int count() {
      return npz.count(IMAGES);
    }

    /** All that were drawn. */
    public ImageSet images() {
      return npz.images(IMAGES, "samples", data.levels());
    }

    /** Writes the archive. */
    public void write() {
      npz.write();
    }

    @Override
    public void close() {
      npz.close();
    }
  }
}
