package io.mulan.interop;

import io.mulan.training.RunState;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import org.msgpack.core.MessageBufferPacker;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessagePacker;
import org.tensorflow.ndarray.Shape;

/**
 * Writes a state as {@code flax.serialization.to_bytes} writes the published {@code TrainState}.
 */
final class FlaxWriter {
  private static final byte ARRAY = 1;

  /** Larger arrays are stored in pieces, as Flax does. */
  private static final long CHUNK = 1 << 30;

  private final OutputStream out;
  private final MessagePacker packer;
  private final RunState state;
  private final FlaxLayout layout;
  private final long chunk;

  FlaxWriter(OutputStream out, RunState state, FlaxLayout layout) {
    this(out, state, layout, CHUNK);
  }

  /**
   * @param chunk bytes of the largest array that is stored in one piece
   */
  FlaxWriter(OutputStream out, RunState state, FlaxLayout layout, long chunk) {
    this.out = out;
    this.packer = MessagePack.newDefaultPacker(out);
    this.state = state;
    this.layout = layout;
    this.chunk = chunk;
  }

  void write() throws IOException {
    pack(layout.tree(state.weights()));
    packer.flush();
  }

  private void pack(Object node) throws IOException {
    if (node instanceof Map<?, ?> map) {
      packer.packMapHeader(map.size());
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        packer.packString((String) entry.getKey());
        pack(entry.getValue());
      }
    } else if (node instanceof FlaxLayout.Variable variable) {
      pack(variable);
    } else {
      int steps = Math.toIntExact(state.steps()); // int32, as JAX counts
      ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      arrayHead("int32", Integer.BYTES);
      out.write(bytes.putInt(steps).array());
    }
  }

  private void pack(FlaxLayout.Variable variable) throws IOException {
    long bytes = variable.shape().size() * Float.BYTES;
    if (bytes <= chunk) {
      arrayHead("float32", bytes, variable.shape().asArray());
      state.write(variable.name(), out);
      return;
    }
    packer.packMapHeader(3).packString("__msgpack_chunked_array__").packBoolean(true);
    packer.packString("shape");
    Shape shape = variable.shape();
    packer.packMapHeader(shape.numDimensions());
    for (int i = 0; i < shape.numDimensions(); i++) {
      packer.packString(Integer.toString(i)).packLong(shape.get(i));
    }
    packer.packString("chunks");
    packer.packMapHeader(Math.toIntExact((bytes + chunk - 1) / chunk));
    try (Pieces pieces = new Pieces(bytes)) {
      state.write(variable.name(), pieces);
    }
  }

  /** All of an array but its bytes, which follow. */
  private void arrayHead(String type, long bytes, long... shape) throws IOException {
    try (MessageBufferPacker inner = MessagePack.newDefaultBufferPacker()) {
      inner.packArrayHeader(3).packArrayHeader(shape.length);
      for (long length : shape) {
        inner.packLong(length);
      }
      inner.packString(type).packBinaryHeader(Math.toIntExact(bytes));
      byte[] head = inner.toByteArray();
      packer.packExtensionTypeHeader(ARRAY, Math.toIntExact(head.length + bytes));
      packer.writePayload(head);
      packer.flush();
    }
  }

  /** Cuts the bytes of an array into pieces with a head each. */
  private final class Pieces extends FilterOutputStream {
    private long left;
    private long leftOfPiece;
    private int number;

    Pieces(long bytes) {
      super(FlaxWriter.this.out);
      left = bytes;
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
      for (int done = 0; done < length; ) {
        if (leftOfPiece == 0) {
          leftOfPiece = Math.min(chunk, left);
          packer.packString(Integer.toString(number++));
          arrayHead("float32", leftOfPiece, leftOfPiece / Float.BYTES);
        }
        int count = (int) Math.min(length - done, leftOfPiece);
        out.write(source, offset + done, count);
        done += count;
        left -= count;
        leftOfPiece -= count;
      }
    }

    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    /** The file continues after the array. */
    @Override
    public void close() {}
  }
}
