package io.mulan.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Everything that determines a run. */
public record RunConfig(
    DataConfig data,
    ScheduleConfig schedule,
    LatentConfig latent,
    NetworkConfig network,
    LossConfig loss,
    TrainingConfig training) {

  public RunConfig {
    boolean used = schedule.kind().adaptive() || network.conditioned();
    Check.require(
        used || latent.kind() == LatentConfig.Kind.NONE,
        "latent.kind",
        RecordTree.name(latent.kind()),
        "none: schedule.kind "
            + RecordTree.name(schedule.kind())
            + " does not depend on the latent, and with network.conditioned false nothing else does;"
            + " its KL would be paid for nothing");
  }

  /** The same with these images. */
  public RunConfig with(DataConfig images) {
    return new RunConfig(images, schedule, latent, network, loss, training);
  }

  /** The same with this power of the signal, s². */
  public RunConfig withSignalPower(double power) {
    return new RunConfig(data, schedule, latent, network.withSignalPower(power), loss, training);
  }

  /** All settings as YAML, in the order of the documentation. */
  public String toYaml() {
    return Yaml.write(RecordTree.nested(this));
  }

  /** All settings by key, such as {@code latent.size}. */
  public Map<String, Object> settings() {
    return RecordTree.flat(this);
  }

  /** Settings that differ, by key. */
  public static List<Difference> differences(RunConfig left, RunConfig right) {
    Map<String, Object> l = left.settings();
    Map<String, Object> r = right.settings();
    List<Difference> differences = new ArrayList<>();
    l.forEach(
        (key, value) -> {
          if (!value.equals(r.get(key))) {
            differences.add(new Difference(key, String.valueOf(value), String.valueOf(r.get(key))));
          }
        });
    return differences;
  }

  /** A setting that is different in two configurations. */
  public record Difference(String key, String left, String right) {}
}
