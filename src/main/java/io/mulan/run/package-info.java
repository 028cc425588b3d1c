/**
 * A run: its folder, what is written there, and what is done with it: train, evaluate, sample.
 *
 * <p>The API for other Java programs is {@link io.mulan.run.ImageModel} (score, sample,
 * reconstruct), {@link io.mulan.run.TrainedRun} (choose a checkpoint), {@link
 * io.mulan.run.Training} (train) with {@link io.mulan.run.RunListener} and {@link
 * io.mulan.run.RunResult}, {@link io.mulan.run.LikelihoodMethod} and {@link
 * io.mulan.run.SamplingPlan}, with the types of other packages that their methods name. The other
 * public types serve the commands and may change.
 *
 * <p>Nothing here prints or ends the program; messages go to Log4j's API. Failures are unchecked,
 * with a message of one line: {@link io.mulan.files.ConfigException} (settings, data, arguments),
 * {@link io.mulan.tf.CheckpointException} (checkpoints and models), {@link
 * io.mulan.training.DivergedException} (training).
 *
 * <p>TensorFlow's memory is outside Java's heap. JavaCPP limits it to what the heap may have unless
 * Java is started with {@code -Dorg.bytedeco.javacpp.maxBytes=0
 * -Dorg.bytedeco.javacpp.maxPhysicalBytes=0}, which also makes building networks faster.
 */
package io.mulan.run;
