package io.mulan.tf;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Writes TensorFlow's record format: length (uint64), its masked CRC-32C, data, its masked CRC-32C;
 * all little endian.
 */
public final class TfRecordWriter implements AutoCloseable {
  private final OutputStream out;

  public TfRecordWriter(OutputStream out) {
    this.out = out;
  }

  /** Appends a record. */
  public void write(byte[] data) throws IOException {
    ByteBuffer record = ByteBuffer.allocate(8 + 4 + data.length + 4).order(ByteOrder.LITTLE_ENDIAN);
    record.putLong(data.length);
    record.putInt(maskedCrc(record.array(), 8));
    record.put(data);
    record.putInt(maskedCrc(data, data.length));
    out.write(record.array());
  }

  /** Masked, because a CRC over data that holds its own CRC would prove little. */
  static int maskedCrc(byte[] data, int length) {
    CRC32C checksum = new CRC32C();
    checksum.update(data, 0, length);
    int crc = (int) checksum.getValue();
    return Integer.rotateRight(crc, 15) + 0xa282ead8;
  }

  void flush() throws IOException {
    out.flush();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
