package io.mulan.interop;

import static io.mulan.diffusion.DiffusionModel.NETWORK;

import io.mulan.config.LatentConfig;
import io.mulan.config.NetworkConfig;
import io.mulan.config.RunConfig;
import io.mulan.config.ScheduleConfig;
import io.mulan.config.TrainingConfig;
import io.mulan.training.RunState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.tensorflow.ndarray.Shape;

/**
 * The tree of a published checkpoint: what Optax has wrapped around the state of Adam.
 *
 * @param code whose it is
 * @param clipped whether gradients are clipped, which comes first in the chain
 */
public record FlaxLayout(Code code, boolean clipped) {

  /** Published programs. */
  public enum Code {
    /** Package {@code ldm}: one AdamW for the score network, one for the rest. */
    MULAN,
    /** Package {@code vdm}: one AdamW. */
    VDM
  }

  /** A leaf that holds a variable of the state. */
  record Variable(String name, Shape shape) {}

  /** A leaf that holds the step. */
  enum Counter {
    STEP
  }

  /** The layout of the program that has such a model: VDM where there is no latent. */
  public static FlaxLayout of(RunConfig config) {
    boolean vdm = config.latent().kind() == LatentConfig.Kind.NONE;
    return new FlaxLayout(vdm ? Code.VDM : Code.MULAN, config.training().clipNorm() > 0);
  }

  /** The whole tree: of maps, {@link Variable} and {@link Counter}, in the order of the file. */
  Map<String, Object> tree(SortedMap<String, Shape> weights) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("step", Counter.STEP);
    tree.put("params", weights("", weights, name -> true));
    tree.put("ema_params", weights(RunState.AVERAGE, weights, name -> true));
    Map<String, Object> optimizer =
        switch (code) {
          case VDM -> adam(weights, name -> true);
          case MULAN -> {
            Predicate<String> network = name -> name.startsWith(NETWORK + "/");
            yield tuple(masked(adam(weights, network)), masked(adam(weights, network.negate())));
          }
        };
    tree.put("opt_state", clipped ? tuple(Map.of(), optimizer) : optimizer);
    return tree;
  }

  /** The chain that {@code optax.adamw} is: Adam, the decay under a mask, the learning rate. */
  private static Map<String, Object> adam(
      SortedMap<String, Shape> weights, Predicate<String> updated) {
    Map<String, Object> adam = new LinkedHashMap<>();
    adam.put("count", Counter.STEP);
    adam.put("mu", weights(RunState.FIRST_MOMENT, weights, updated));
    adam.put("nu", weights(RunState.SECOND_MOMENT, weights, updated));
    return tuple(adam, masked(Map.of()), Map.of());
  }

  /** The weights' own tree, each level sorted; an empty map for each that is masked. */
  private static Map<String, Object> weights(
      String prefix, SortedMap<String, Shape> weights, Predicate<String> there) {
    Map<String, Object> root = new TreeMap<>();
    weights.forEach(
        (name, shape) -> {
          String[] path = name.split("/");
          Map<String, Object> level = root;
          for (int i = 0; i < path.length - 1; i++) {
            level = child(level, path[i]);
          }
          Object leaf = there.test(name) ? new Variable(prefix + name, shape) : Map.of();
          level.put(path[path.length - 1], leaf);
        });
    return root;
  }

  @SuppressWarnings("unchecked") // inner levels are made here only
  private static Map<String, Object> child(Map<String, Object> level, String name) {
    return (Map<String, Object>) level.computeIfAbsent(name, n -> new TreeMap<String, Object>());
  }

  private static Map<String, Object> masked(Map<String, Object> inner) {
    return Map.of("inner_state", inner);
  }

  /** What Flax makes of a tuple. */
  private static Map<String, Object> tuple(Object... elements) {
    Map<String, Object> tuple = new LinkedHashMap<>();
    for (int i = 0; i < elements.length; i++) {
      tuple.put(Integer.toString(i), elements[i]);
    }
    return tuple;
  }

  /** The settings of a model that the published code has no place for. */
  public static List<String> withoutPlace(RunConfig config) {
    List<String> own = new ArrayList<>();
    if (config.data().conditions() > 0) {
      own.add("data.classes or data.augment");
    }
    if (config.network().preconditioning() == NetworkConfig.Preconditioning.LINEAR) {
      own.add("network.preconditioning linear");
    }
    if (config.schedule().ends() == ScheduleConfig.Ends.LEARNED) {
      own.add("schedule.ends learned");
    }
    if (config.training().optimizer() == TrainingConfig.Optimizer.MUON) {
      own.add("training.optimizer muon");
    }
    return own;
  }
}
