package io.mulan.training;

import io.mulan.tf.Variables.Variable;
import java.nio.file.Path;
import java.util.List;

/** Something whose variables a checkpoint holds. */
public interface Checkpointed {

  /** Everything the checkpoint holds. */
  List<Variable<?>> variables();

  /** Writes all variables to files whose names start with {@code prefix}. */
  void save(Path prefix);

  /** Sets all variables from files whose names start with {@code prefix}. */
  void restore(Path prefix);
}
