package io.mulan.compression;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.ImageShape;
import io.mulan.config.RunConfig;
import io.mulan.data.Conditions;
import io.mulan.data.ImageSet;
import io.mulan.diffusion.SmallModel;
import io.mulan.training.TrainedModel;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Images to a stack and back, by small models that have not learned anything. */
final class StreamCoderTest {
  private static final ImageShape IMAGE = new ImageShape(3, 2, 2);
  private static final int LEVELS = 5;
  private static final int STEPS = 5;

  static ImageSet images(RunConfig config, ImageShape shape, int count) {
    SplittableRandom random = new SplittableRandom(2);
    byte[] levels = new byte[count * shape.size()];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = (byte) Math.min(random.nextInt(LEVELS), random.nextInt(LEVELS));
    }
    return new ImageSet("images", shape, LEVELS, levels).labelled(1).conditioned(config.data());
  }

  private static StreamCoder coder(
      RunConfig config, TrainedModel<ChainGraph> model, ImageShape shape, int most) {
    ChainLaws laws = new ChainLaws(model.session(), model.parts(), shape, STEPS);
    GroupCoder coder =
        new GroupCoder(laws, LatentCoder.of(config.latent()), LEVELS, 1, images -> {});
    return new StreamCoder(coder, Conditions.of(config.data()), most);
  }

  private static byte[] levels(ImageSet images) {
    return images.copies(images.count(), i -> i);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "latent.kind=top_k",
        "latent.law=published",
        "latent.kind=gumbel",
        "latent.kind=gaussian",
        "latent.kind=none",
        "schedule.kind=scalar",
        "loss.prediction=epsilon",
        "data.classes=3"
      })
  void imagesOfAnyModelComeBack(String setting) {
    RunConfig config = SmallModel.config(setting);
    try (TrainedModel<ChainGraph> model =
        TrainedModel.untrained(config, IMAGE, ChainGraph::build)) {
      StreamCoder coder = coder(config, model, IMAGE, 4);
      ImageSet images = images(config, IMAGE, 23);
      StreamCoder.Written written = coder.write(images);
      StreamCoder.Read read = coder.read(written.bytes(), images.count());
      assertArrayEquals(levels(images), read.images());
      assertEquals(config.data().classes() > 0 ? 1 : 0, read.labels()[7]);
      assertTrue(written.plain() < images.count() / 2, written.plain() + " plain images");
    }
  }

  @Test
  void whatIsWrittenIsAsLongAsTheBound() {
    RunConfig config = SmallModel.config();
    try (TrainedModel<ChainGraph> model =
        TrainedModel.untrained(config, IMAGE, ChainGraph::build)) {
      StreamCoder coder = coder(config, model, IMAGE, 64);
      StreamCoder.Written written = coder.write(images(config, IMAGE, 200));
      double bound = written.cost().bound();
      double deviation = Math.sqrt(2 * bound / Math.log(2)); // a step of KL d has variance 2 d nats
      assertEquals(bound, written.cost().realised(), 5 * deviation, "by chance");
      // A mass is at least 2^-24. The normal law's is less far from the mean, where z is often when
      // a network has not learned anything.
      assertEquals(written.cost().realised(), written.cost().whole(), 0.05 * bound);
      double stored = 8 * written.bytes().length - written.plainBits() - written.cost().whole();
      assertTrue(stored > 0 && stored < 31 + 64, stored + " bits in addition to the images");
    }
  }

  @Test
  void oneImageAndTwoComeBack() {
    RunConfig config = SmallModel.config();
    try (TrainedModel<ChainGraph> model =
        TrainedModel.untrained(config, IMAGE, ChainGraph::build)) {
      StreamCoder coder = coder(config, model, IMAGE, 4);
      for (int count = 1; count <= 2; count++) {
        ImageSet images = images(config, IMAGE, count);
        byte[] bytes = coder.write(images).bytes();
        assertArrayEquals(levels(images), coder.read(bytes, count).images());
      }
    }
  }

  /** A checksum of the file would notice them too; here are the stack's own means. */
  @Test
  void otherBitsAndOtherModelsAreNoticed() {
    RunConfig config = SmallModel.config();
    RunConfig other = SmallModel.config("training.seed=5");
    try (TrainedModel<ChainGraph> model = TrainedModel.untrained(config, IMAGE, ChainGraph::build);
        TrainedModel<ChainGraph> another =
            TrainedModel.untrained(other, IMAGE, ChainGraph::build)) {
      StreamCoder coder = coder(config, model, IMAGE, 16);
      ImageSet images = images(config, IMAGE, 12);
      byte[] bytes = coder.write(images).bytes();
      int bits = 8 * bytes.length;
      for (int bit = 0; bit < bits; bit += 1 + bits / 30) {
        byte[] flipped = bytes.clone();
        flipped[bit / 8] ^= (byte) (1 << bit % 8);
        assertThrows(WrongImagesException.class, () -> coder.read(flipped, images.count()));
      }
      SplittableRandom random = new SplittableRandom(1);
      for (int i = 0; i < 30; i++) {
        byte[] any = new byte[random.nextInt(60)];
        random.nextBytes(any);
        assertThrows(WrongImagesException.class, () -> coder.read(any, images.count()));
      }
      assertThrows(
          WrongImagesException.class,
          () -> coder(other, another, IMAGE, 16).read(bytes, images.count()));
    }
  }

  @Test
  void largerImagesComeBackWithTheirChecksums() {
    ImageShape shape = new ImageShape(12, 12, 4);
    RunConfig config = SmallModel.config("latent.kind=none", "schedule.kind=scalar");
    try (TrainedModel<ChainGraph> model =
        TrainedModel.untrained(config, shape, ChainGraph::build)) {
      StreamCoder coder = coder(config, model, shape, 4);
      ImageSet images = images(config, shape, 5);
      assertArrayEquals(levels(images), coder.read(coder.write(images).bytes(), 5).images());
    }
  }
}
