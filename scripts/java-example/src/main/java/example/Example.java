package example;

import io.mulan.config.ConfigReader;
import io.mulan.config.RunConfig;
import io.mulan.data.ImageSet;
import io.mulan.likelihood.BoundEstimate;
import io.mulan.run.ImageModel;
import io.mulan.run.LikelihoodMethod;
import io.mulan.run.RunListener;
import io.mulan.run.RunResult;
import io.mulan.run.Training;
import java.nio.file.Path;
import java.util.Optional;

/** Scores and samples an exported model, then trains a small model of its own. */
public final class Example {
  private Example() {}

  /**
   * @param args the folder of the exported model, and one for the run
   */
  public static void main(String[] args) {
    use(Path.of(args[0]));
    train(Path.of(args[1]));
  }

  private static void use(Path folder) {
    try (ImageModel model = ImageModel.open(folder)) {
      ImageSet images = model.testImages().first(8);
      ImageModel.Scores scores = model.score(images, new LikelihoodMethod.Bound(16, 0, 0));
      System.out.println("bits/dim of 8 test images: " + scores.total().text());
      System.out.println("how: " + scores.how());
      byte[] samples = model.sample(4, 16, 0).toArray().data();
      System.out.println("4 samples of " + model.shape() + ": " + samples.length + " levels");
    }
  }

  private static void train(Path run) {
    RunConfig config =
        ConfigReader.preset(
            "digits",
            "training.steps=2",
            "training.batch=16",
            "training.times_per_image=1",
            "network.channels=8",
            "network.layers=1",
            "network.groups=2");
    Optional<RunResult> result = Training.run(run, config, new Printing());
    System.out.println(result.isPresent() ? "trained in " + run : "stopped; run again to resume");
  }

  private static final class Printing implements RunListener {
    @Override
    public void stepped(long step, double bitsPerDim) {
      System.out.printf("step %d: %.3f bits/dim%n", step, bitsPerDim);
    }

    @Override
    public void evaluated(long step, BoundEstimate bound) {
      System.out.println("step " + step + ": " + bound.total().text() + " on the test images");
    }
  }
}
