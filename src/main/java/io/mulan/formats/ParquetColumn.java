package io.mulan.formats;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.format.ConvertedType;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.Type;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type.Repetition;

/**
 * A column of a Parquet file.
 *
 * @param number of it among the columns of a row group
 * @param name with dots where it lies in others, as {@code image.bytes}
 * @param text whether bytes of it are declared to be a text
 * @param levels how many of the columns on the way, and it itself, may be absent
 * @param repeated whether a row may have several of it
 */
public record ParquetColumn(
    int number, String name, Type type, boolean text, int levels, boolean repeated) {

  private record Open(String name, int left, int levels, boolean repeated) {}

  /** The columns of a schema, which is a tree in a list, each after what it lies in. */
  static List<ParquetColumn> of(List<SchemaElement> schema) throws IOException {
    List<ParquetColumn> columns = new ArrayList<>();
    Deque<Open> open = new ArrayDeque<>();
    open.push(new Open("", schema.isEmpty() ? 0 : schema.get(0).getNum_children(), 0, false));
    for (SchemaElement element : schema.subList(Math.min(1, schema.size()), schema.size())) {
      while (!open.isEmpty() && open.peek().left() == 0) {
        open.pop();
      }
      if (open.isEmpty()) {
        throw new IOException("its schema is broken");
      }
      Open in = open.pop();
      open.push(new Open(in.name(), in.left() - 1, in.levels(), in.repeated()));
      boolean required = element.getRepetition_type() == FieldRepetitionType.REQUIRED;
      boolean repeated =
          in.repeated() || element.getRepetition_type() == FieldRepetitionType.REPEATED;
      int levels = in.levels() + (required ? 0 : 1);
      String name = in.name() + element.getName();
      if (element.getNum_children() > 0) {
        open.push(new Open(name + ".", element.getNum_children(), levels, repeated));
      } else if (element.isSetType()) {
        boolean text =
            element.getConverted_type() == ConvertedType.UTF8
                || (element.isSetLogicalType() && element.getLogicalType().isSetSTRING());
        columns.add(
            new ParquetColumn(columns.size(), name, element.getType(), text, levels, repeated));
      }
    }
    return columns;
  }

  /** The name of the column of the table that it is, or lies in. */
  public String outer() {
    int dot = name.indexOf('.');
    return dot < 0 ? name : name.substring(0, dot);
  }

  /** Whether each row can have one picture here. */
  public boolean holdsPictures() {
    return type == Type.BYTE_ARRAY
        && !text
        && !repeated
        && (name.indexOf('.') < 0 || name.equals(outer() + ".bytes"));
  }

  /** Whether each row can have one whole number here. */
  public boolean holdsNumbers() {
    return (type == Type.INT32 || type == Type.INT64) && !repeated && name.indexOf('.') < 0;
  }

  /** In the form that the reader of pages needs. */
  ColumnDescriptor descriptor() {
    PrimitiveTypeName kind =
        switch (type) {
          case BYTE_ARRAY -> PrimitiveTypeName.BINARY;
          case INT32 -> PrimitiveTypeName.INT32;
          case INT64 -> PrimitiveTypeName.INT64;
          default -> throw new IllegalArgumentException(type.toString());
        };
    Repetition repetition = levels == 0 ? Repetition.REQUIRED : Repetition.OPTIONAL;
    return new ColumnDescriptor(
        new String[] {name}, new PrimitiveType(repetition, kind, name), 0, levels);
  }
}
