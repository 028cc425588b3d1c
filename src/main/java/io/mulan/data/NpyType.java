package io.mulan.data;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** The element types of NumPy arrays that are read and written, named by NumPy's own codes. */
public enum NpyType {
  BOOL("b1"),
  U1("u1"),
  I1("i1"),
  I2("i2"),
  I4("i4"),
  I8("i8"),
  F4("f4"),
  F8("f8");

  private final String code;
  private final int bytes;

  NpyType(String code) {
    this.code = code;
    this.bytes = code.charAt(1) - '0';
  }

  static Optional<NpyType> ofCode(String code) {
    return Arrays.stream(values()).filter(type -> type.code.equals(code)).findFirst();
  }

  static String codes() {
    return Arrays.stream(values()).map(NpyType::code).collect(Collectors.joining(", "));
  }

  /** NumPy's code without its byte order, as in {@code f4}. */
  public String code() {
    return code;
  }

  /** Bytes of one element. */
  public int bytes() {
    return bytes;
  }

  boolean isFloating() {
    return this == F4 || this == F8;
  }

  /** Element {@code index} as a whole number; fractions are cut off. */
  long longAt(ByteBuffer data, int index) {
    int at = index * bytes;
    return switch (this) {
      case BOOL -> data.get(at) != 0 ? 1 : 0;
      case U1 -> data.get(at) & 0xff;
      case I1 -> data.get(at);
      case I2 -> data.getShort(at);
      case I4 -> data.getInt(at);
      case I8 -> data.getLong(at);
      case F4 -> (long) data.getFloat(at);
      case F8 -> (long) data.getDouble(at);
    };
  }

  double doubleAt(ByteBuffer data, int index) {
    return switch (this) {
      case F4 -> data.getFloat(index * bytes);
      case F8 -> data.getDouble(index * bytes);
      default -> longAt(data, index);
    };
  }
}
