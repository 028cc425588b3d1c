package io.mulan.tf;

import io.mulan.tf.Variables.Variable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Operation;
import org.tensorflow.Result;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.train.Restore;
import org.tensorflow.op.train.Save;
import org.tensorflow.proto.SaverDef;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TType;

/**
 * The operations that save and restore variables in TensorFlow's own checkpoint format.
 *
 * <p>TensorFlow's errors come through as they are: what a file is called and what to do is for the
 * caller to say.
 */
public final class SaveRestore {
  private final List<String> names;
  private final Operand<TString> prefix;
  private final Operand<TString> storedNames;
  private final List<Operand<?>> saved;
  private final Operation save;
  private final Operation read;
  private final Operation restore;

  public SaveRestore(Graph graph, List<Variable<?>> variables) {
    Ops tf = GraphScope.ops(graph).withSubScope("save");
    // Loaders of SavedModels feed save/Const:0 with the path.
    prefix =
        tf.withName("Const")
            .placeholderWithDefault(
                tf.withName("filename_default").constant("model"), Shape.scalar());
    names = variables.stream().map(Variable::name).toList();
    if (variables.isEmpty()) {
      // The operations refuse to handle nothing.
      storedNames = tf.withName("tensor_names").placeholder(TString.class);
      saved = List.of();
      save = tf.withName("SaveV2").noOp().op();
      read = tf.withName("RestoreV2").noOp().op();
      restore = tf.withName("restore_all").noOp().op();
      return;
    }
    String[] whole = new String[names.size()];
    Arrays.fill(whole, "");
    storedNames =
        tf.withName("tensor_names")
            .constant(NdArrays.vectorOfObjects(names.toArray(String[]::new)));
    Operand<TString> slices =
        tf.withName("shape_and_slices").constant(NdArrays.vectorOfObjects(whole));
    List<Operand<?>> values = new ArrayList<>();
    List<Class<? extends TType>> types = new ArrayList<>();
    for (Variable<?> v : variables) {
      values.add(v.value());
      types.add(v.type());
    }
    saved = List.copyOf(values);
    Save written = tf.withName("SaveV2").train.save(prefix, storedNames, slices, values);
    save = tf.withControlDependencies(written).withName("control_dependency").identity(prefix).op();
    Restore stored = tf.withName("RestoreV2").train.restore(prefix, storedNames, slices, types);
    read = stored.op();
    List<Op> assigns = new ArrayList<>();
    for (int i = 0; i < variables.size(); i++) {
      // A handle's shape is not checked at run time: another one would be assigned silently.
      Operand<?> value = tf.ensureShape(stored.tensors().get(i), variables.get(i).shape());
      assigns.add(tf.assignVariableOp(variables.get(i).handle(), value));
    }
    restore = tf.withControlDependencies(assigns).withName("restore_all").noOp().op();
  }

  /**
   * Writes PATH.index and PATH.data-00000-of-00001, and reads them back against their checksums.
   */
  public void save(GraphSession session, String path) {
    run(session, path, save);
    run(session, path, read);
  }

  /**
   * The same for values that no variable holds.
   *
   * @param values of all variables, in their order
   */
  public void save(GraphSession session, String path, List<Tensor> values) {
    try (TString p = TString.scalarOf(path)) {
      GraphSession.Runner runner = session.runner().feed(prefix, p).addTarget(save);
      for (int i = 0; i < values.size(); i++) {
        runner.feed(saved.get(i), values.get(i));
      }
      runner.run().close();
    }
    run(session, path, read);
  }

  /** The stored values of all variables, in their order; no variable is set. */
  public Result read(GraphSession session, String path) {
    try (TString p = TString.scalarOf(path)) {
      GraphSession.Runner runner = session.runner().feed(prefix, p);
      for (int i = 0; i < names.size(); i++) {
        runner.fetch(read.output(i));
      }
      return runner.run();
    }
  }

  /** Sets every variable. */
  public void restore(GraphSession session, String path) {
    run(session, path, restore);
  }

  /**
   * Sets every variable.
   *
   * @param stored what a variable is called in the file
   */
  public void restore(GraphSession session, String path, UnaryOperator<String> stored) {
    if (names.isEmpty()) {
      return;
    }
    String[] theirs = names.stream().map(stored).toArray(String[]::new);
    try (TString p = TString.scalarOf(path);
        TString n = TString.vectorOf(theirs)) {
      session.runner().feed(prefix, p).feed(storedNames, n).addTarget(restore).run().close();
    }
  }

  /** What loaders of SavedModels need to know. */
  SaverDef definition() {
    return SaverDef.newBuilder()
        .setVersion(SaverDef.CheckpointFormatVersion.V2)
        .setFilenameTensorName(prefix.op().name() + ":0")
        .setSaveTensorName(save.name() + ":0")
        .setRestoreOpName(restore.name())
        .build();
  }

  private void run(GraphSession session, String path, Operation target) {
    try (TString p = TString.scalarOf(path)) {
      session.runner().feed(prefix, p).addTarget(target).run().close();
    }
  }
}
