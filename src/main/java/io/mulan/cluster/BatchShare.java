package io.mulan.cluster;

import io.mulan.config.TrainingConfig;
import io.mulan.files.ConfigException;

/**
 * Images of each batch that one process takes.
 *
 * @param first the number of the first
 * @param count how many
 */
public record BatchShare(int first, int count) {

  /**
   * That of one process of a cluster.
   *
   * @throws ConfigException if there is not the same number for all
   */
  public static BatchShare of(Cluster cluster, TrainingConfig config) {
    int parts = cluster.size() * config.accumulate();
    if (config.batch() % parts != 0) {
      throw new ConfigException(
          "training.batch is %d, which %d workers%s cannot share; choose a multiple of %d"
              .formatted(
                  config.batch(),
                  cluster.size(),
                  config.accumulate() > 1 ? " in " + config.accumulate() + " parts each" : "",
                  parts));
    }
    int count = config.batch() / cluster.size();
    return new BatchShare(cluster.task() * count, count);
  }

  public boolean isWhole(TrainingConfig config) {
    return count == config.batch();
  }
}
