package io.mulan.interop;

import io.mulan.tf.CheckpointException;
import io.mulan.tf.Variables.Variable;
import io.mulan.training.RunState;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.tensorflow.types.TFloat32;

/**
 * The arrays of a file that are meant for the state of a run.
 *
 * @param known by the name of the variable that each is for
 * @param others places of arrays that are for none
 * @param spelled what the array for a variable is called in such a file
 */
record StateArrays(
    Path file,
    SortedMap<String, StoredArray> known,
    List<String> others,
    UnaryOperator<String> spelled) {
  /** Names listed for each kind of difference. */
  private static final int LISTED = 12;

  /**
   * Sets every variable of a state.
   *
   * @throws CheckpointException that lists every array that is missing, left over or of another
   *     form, before anything is set; or if the file cannot be read
   */
  void fill(RunState state) {
    check(state);
    for (Variable<?> variable : state.variables()) {
      StoredArray array = known.get(variable.name());
      try (InputStream in = array.source().open()) {
        state.set(variable.name(), in);
      } catch (IOException | UncheckedIOException e) {
        throw new CheckpointException(
            file + ": " + array.place() + " cannot be read: " + e.getMessage(), e);
      }
    }
  }

  private void check(RunState state) {
    List<String> missing = new ArrayList<>();
    List<String> different = new ArrayList<>();
    TreeSet<String> left = new TreeSet<>(known.keySet());
    for (Variable<?> variable : state.variables()) {
      left.remove(variable.name());
      StoredArray array = known.get(variable.name());
      if (array == null) {
        missing.add(spelled.apply(variable.name()));
      } else if (!array.form().equals(form(variable))) {
        different.add(array.place() + " (" + array.form() + ", not " + form(variable) + ")");
      }
    }
    List<String> over = new ArrayList<>(others);
    left.forEach(name -> over.add(known.get(name).place()));
    String wrong =
        listed("missing", missing) + listed("left over", over) + listed("other", different);
    if (!wrong.isEmpty()) {
      throw new CheckpointException(
          file
              + " does not fit the configuration:"
              + wrong.substring(1)
              + "; name the configuration that it was trained with");
    }
  }

  private static String form(Variable<?> variable) {
    String type = variable.type().equals(TFloat32.class) ? "float32" : "int64";
    return type + Arrays.toString(variable.shape().asArray());
  }

  private static String listed(String what, List<String> names) {
    if (names.isEmpty()) {
      return "";
    }
    String list = String.join(", ", names.stream().sorted().limit(LISTED).toList());
    String more = names.size() > LISTED ? " and " + (names.size() - LISTED) + " more" : "";
    return "; " + names.size() + " " + what + ": " + list + more;
  }
}
