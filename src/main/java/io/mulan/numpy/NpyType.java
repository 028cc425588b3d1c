package io.mulan.numpy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** The element types of NumPy arrays that are read and written, named by NumPy's own codes. */
public enum NpyType {
  BOOL("b1"),
  U1("u1"),
  I1("i1"),
  U2("u2"),
  I2("i2"),
  U4("u4"),
  I4("i4"),
  U8("u8"),
  I8("i8"),
  F2("f2"),
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

  public boolean isFloating() {
    return this == F2 || this == F4 || this == F8;
  }

  /**
   * Element {@code index} as a whole number; fractions are cut off, and u8 of 2^63 or more come out
   * negative.
   */
  long longAt(ByteBuffer data, int index) {
    int at = index * bytes;
    return switch (this) {
      case BOOL -> data.get(at) != 0 ? 1 : 0;
      case U1 -> data.get(at) & 0xff;
      case I1 -> data.get(at);
      case U2 -> data.getShort(at) & 0xffff;
      case I2 -> data.getShort(at);
      case U4 -> data.getInt(at) & 0xffffffffL;
      case I4 -> data.getInt(at);
      case I8, U8 -> data.getLong(at);
      case F2 -> (long) half(data.getShort(at));
      case F4 -> (long) data.getFloat(at);
      case F8 -> (long) data.getDouble(at);
    };
  }

  /** A number of IEEE 754's binary16. */
  private static double half(short bits) {
    int exponent = bits >> 10 & 0x1f;
    int fraction = bits & 0x3ff;
    double size =
        exponent == 0x1f
            ? (fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN)
            : exponent == 0
                ? fraction * 0x1p-24
                : (1024 + fraction) * Math.scalb(1.0, exponent - 25);
    return bits < 0 ? -size : size;
  }

  public double doubleAt(ByteBuffer data, int index) {
    return switch (this) {
      case F2 -> half(data.getShort(index * bytes));
      case F4 -> data.getFloat(index * bytes);
      case F8 -> data.getDouble(index * bytes);
      default -> longAt(data, index);
    };
  }
}
