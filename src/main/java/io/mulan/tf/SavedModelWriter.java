package io.mulan.tf;

import com.google.protobuf.ByteString;
import io.mulan.tf.Variables.Variable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.tensorflow.Signature;
import org.tensorflow.TensorFlow;
import org.tensorflow.proto.CollectionDef;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.OpList;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.proto.VariableDef;

/**
 * Writes the graph of a session as a SavedModel. TensorFlow Java's own exporter knows reference
 * variables only and would store nothing of resource variables.
 */
public final class SavedModelWriter {
  /** What a loader asks for. */
  public static final String TAG = "serve";

  /** What a request to TensorFlow Serving calls; every signature has this one. */
  public static final String PREDICT = "tensorflow/serving/predict";

  /** The file with graph and signatures. */
  public static final String MODEL = "saved_model.pb";

  /** Where the variables are, as a checkpoint is named: a folder and the beginning of the files. */
  public static final String VARIABLES = "variables/variables";

  private SavedModelWriter() {}

  /**
   * Writes {@code saved_model.pb} and {@code variables/}.
   *
   * @param folder is there
   * @param session holds their values
   * @param saver of these variables, in the same graph
   */
  public static void write(
      Path folder,
      GraphSession session,
      List<Variable<?>> variables,
      SaveRestore saver,
      List<Signature> signatures)
      throws IOException {
    Path prefix = folder.resolve(VARIABLES);
    Files.createDirectories(prefix.getParent());
    saver.save(session, prefix.toString());
    GraphDef definition = PlainTexts.of(session.graph().toGraphDef());
    MetaGraphDef.MetaInfoDef.Builder info =
        MetaGraphDef.MetaInfoDef.newBuilder()
            .addTags(TAG)
            .setTensorflowVersion(TensorFlow.version())
            .setStrippedOpList(operations(definition));
    MetaGraphDef.Builder meta =
        MetaGraphDef.newBuilder()
            .setMetaInfoDef(info)
            .setGraphDef(definition)
            .setSaverDef(saver.definition());
    CollectionDef.BytesList.Builder all = CollectionDef.BytesList.newBuilder();
    variables.forEach(v -> all.addValue(definition(v)));
    CollectionDef collection = CollectionDef.newBuilder().setBytesList(all).build();
    meta.putCollectionDef("variables", collection);
    meta.putCollectionDef("trainable_variables", collection);
    signatures.forEach(s -> meta.putSignatureDef(s.key(), definition(s)));
    SavedModel model =
        SavedModel.newBuilder().setSavedModelSchemaVersion(1).addMetaGraphs(meta).build();
    Files.write(folder.resolve(MODEL), GraphFile.bytes(model));
  }

  private static SignatureDef definition(Signature signature) {
    SignatureDef.Builder definition = SignatureDef.newBuilder().setMethodName(PREDICT);
    signature.getInputs().forEach((name, t) -> definition.putInputs(name, info(t)));
    signature.getOutputs().forEach((name, t) -> definition.putOutputs(name, info(t)));
    return definition.build();
  }

  private static TensorInfo info(Signature.TensorDescription tensor) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    if (tensor.shape.isUnknown()) {
      shape.setUnknownRank(true);
    } else {
      for (long size : tensor.shape.asArray()) {
        shape.addDim(TensorShapeProto.Dim.newBuilder().setSize(size));
      }
    }
    return TensorInfo.newBuilder()
        .setName(tensor.name)
        .setDtype(tensor.dataType)
        .setTensorShape(shape)
        .build();
  }

  /** By these names Python finds a variable, and expects to read it where it is read here. */
  private static ByteString definition(Variable<?> v) {
    return VariableDef.newBuilder()
        .setVariableName(v.name() + ":0")
        .setInitializerName(v.init().op().name())
        .setSnapshotName(v.value().op().name() + ":0")
        .setInitialValueName(v.initialValue().op().name() + ":0")
        .setIsResource(true)
        .setTrainable(true)
        .build()
        .toByteString();
  }

  /** The definitions of the operations in a graph and its functions, without their texts. */
  private static OpList operations(GraphDef graph) {
    Set<String> used = new TreeSet<>();
    graph.getNodeList().stream().map(NodeDef::getOp).forEach(used::add);
    for (FunctionDef f : graph.getLibrary().getFunctionList()) {
      f.getNodeDefList().stream().map(NodeDef::getOp).forEach(used::add);
    }
    OpList.Builder list = OpList.newBuilder();
    for (OpDef op : TensorFlow.registeredOpList().getOpList()) {
      if (used.contains(op.getName())) {
        OpDef.Builder bare = op.toBuilder().clearDescription().clearSummary();
        bare.getInputArgBuilderList().forEach(OpDef.ArgDef.Builder::clearDescription);
        bare.getOutputArgBuilderList().forEach(OpDef.ArgDef.Builder::clearDescription);
        bare.getAttrBuilderList().forEach(OpDef.AttrDef.Builder::clearDescription);
        list.addOp(bare);
      }
    }
    return list.build();
  }
}
