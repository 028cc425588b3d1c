package io.mulan.formats;

import io.mulan.files.ConfigException;
import io.mulan.files.Printable;
import io.mulan.numpy.Npy;
import java.io.EOFException;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Python's pickles of a dictionary with lists of numbers and arrays of NumPy, as the batches of
 * CIFAR are: protocols 0 to 5. A pickle is a program; only what such ones need is known here,
 * nothing is run, and everything else is refused. Bytes stay in the file.
 */
public final class Pickle {
  /** 100,000 images with a name and two classes each have fewer. */
  private static final int MOST_VALUES = 2_000_000;

  private static final Set<String> RECONSTRUCT =
      Set.of("numpy.core.multiarray _reconstruct", "numpy._core.multiarray _reconstruct");
  private static final Set<String> FROM_BUFFER =
      Set.of("numpy.core.numeric _frombuffer", "numpy._core.numeric _frombuffer");
  private static final String ENCODE = "_codecs encode";
  private static final String TYPE = "numpy dtype";
  private static final String ARRAY = "numpy ndarray";

  /** What stands for Python's None. */
  private static final Object NONE = new Object();

  private static final Object MARK = new Object();

  /** A name of Python's that is used, not looked up. */
  private record Global(String name) {}

  /** NumPy's name of a type of elements. */
  private record Type(String code) {}

  /** An array of NumPy, once it was built. */
  private static final class Building {
    private Array array;
  }

  /**
   * An array of NumPy of unsigned bytes, in the order of C.
   *
   * @param data its elements
   */
  public record Array(int[] shape, PickledBytes data) {}

  private final Path file;
  private final PickleInput in;
  private final List<Object> stack = new ArrayList<>();
  private final Map<Long, Object> memo = new HashMap<>();
  private int values;

  private Pickle(Path file, PickleInput in) {
    this.file = file;
    this.in = in;
  }

  /**
   * Reads the dictionary in a file: {@link Array}, {@link PickledBytes}, {@code Long}, and lists of
   * these by name.
   *
   * @throws ConfigException naming the file, if it is anything else
   */
  public static Map<String, Object> read(Path file) {
    try (PickleInput in = new PickleInput(file)) {
      return new Pickle(file, in).dictionary();
    } catch (EOFException e) {
      throw new ConfigException(file + " ends within its pickle; fetch it again", e);
    } catch (InvalidObjectException e) {
      throw new ConfigException(
          "%s is not a pickle of a batch of CIFAR: it has %s; fetch it again, or save it as npz"
              .formatted(file, e.getMessage()),
          e);
    } catch (IOException e) {
      throw Npy.failure(file.toString(), e);
    }
  }

  private Map<String, Object> dictionary() throws IOException {
    while (true) {
      long at = in.at();
      int opcode = in.unsigned1();
      if (opcode == '.') {
        break;
      }
      try {
        step(opcode);
      } catch (InvalidObjectException e) {
        throw odd("%s at offset %d".formatted(e.getMessage(), at));
      }
    }
    if (stack.size() != 1 || !(stack.get(0) instanceof Map<?, ?> found)) {
      throw odd("no dictionary");
    }
    Map<String, Object> result = new HashMap<>();
    for (Map.Entry<?, ?> entry : found.entrySet()) {
      if (!(entry.getKey() instanceof String name)) {
        throw odd("a key that is not a text");
      }
      result.put(name, entry.getValue() instanceof Building b ? built(b) : entry.getValue());
    }
    return result;
  }

  private void step(int opcode) throws IOException {
    switch (opcode) {
      case 0x80 -> protocol(in.unsigned1());
      case 0x95 -> in.signed8(); // a frame; its length does not matter
      case '(' -> push(MARK);
      case '0' -> pop();
      case '1' -> popMark();
      case 'N' -> push(NONE);
      case 0x88 -> push(1L);
      case 0x89 -> push(0L);
      case 'I', 'L' -> push(number(in.line()));
      case 'J' -> push((long) in.signed4());
      case 'K' -> push((long) in.unsigned1());
      case 'M' -> push((long) in.unsigned2());
      case 0x8a -> push(shortLong(in.unsigned1()));
      case 'S' -> pushLine(PickledBytes.Form.LITERAL);
      case 'V' -> pushLine(PickledBytes.Form.UNICODE_ESCAPES);
      case 'U', 'C' -> pushBytes(in.unsigned1(), PickledBytes.Form.PLAIN);
      case 'T', 'B' -> pushBytes(in.unsigned4(), PickledBytes.Form.PLAIN);
      case 0x8e, 0x96 -> pushBytes(in.signed8(), PickledBytes.Form.PLAIN);
      case 0x8c -> pushBytes(in.unsigned1(), PickledBytes.Form.UTF8);
      case 'X' -> pushBytes(in.unsigned4(), PickledBytes.Form.UTF8);
      case 0x8d -> pushBytes(in.signed8(), PickledBytes.Form.UTF8);
      case ']' -> push(new ArrayList<>());
      case 'l' -> push(new ArrayList<>(popMark()));
      case 'a' -> append(List.of(pop()));
      case 'e' -> append(popMark());
      case '}' -> push(new HashMap<>());
      case 'd' -> {
        List<Object> items = popMark();
        push(new HashMap<>());
        setItems(items);
      }
      case 's' -> {
        Object value = pop();
        setItems(List.of(pop(), value));
      }
      case 'u' -> setItems(popMark());
      case ')' -> push(new Object[0]);
      case 't' -> push(popMark().toArray());
      case 0x85 -> push(last(1));
      case 0x86 -> push(last(2));
      case 0x87 -> push(last(3));
      case 'c' -> push(global(in.line(), in.line()));
      case 0x93 -> {
        Object[] names = last(2);
        push(global(text(names[0]), text(names[1])));
      }
      case 'R' -> {
        Object[] arguments = tuple(pop());
        push(reduce(pop(), arguments));
      }
      case 'b' -> {
        Object state = pop();
        build(top(), state);
      }
      case 'p' -> remember(number(in.line()));
      case 'q' -> remember((long) in.unsigned1());
      case 'r' -> remember(in.unsigned4());
      case 0x94 -> remember((long) memo.size());
      case 'g' -> push(remembered(number(in.line())));
      case 'h' -> push(remembered(in.unsigned1()));
      case 'j' -> push(remembered(in.unsigned4()));
      default -> throw odd("the instruction %02x".formatted(opcode));
    }
  }

  private static InvalidObjectException odd(String what) {
    return new InvalidObjectException(what);
  }

  private static void protocol(int number) throws IOException {
    if (number > 5) {
      throw odd("protocol " + number);
    }
  }

  private void push(Object value) throws IOException {
    if (++values > MOST_VALUES) {
      throw odd("more than %d values".formatted(MOST_VALUES));
    }
    stack.add(value);
  }

  private Object top() throws IOException {
    if (stack.isEmpty() || stack.get(stack.size() - 1) == MARK) {
      throw odd("an instruction without its value");
    }
    return stack.get(stack.size() - 1);
  }

  private Object pop() throws IOException {
    Object top = top();
    stack.remove(stack.size() - 1);
    return top;
  }

  /** What was pushed after the last mark. */
  private List<Object> popMark() throws IOException {
    int mark = stack.lastIndexOf(MARK);
    if (mark < 0) {
      throw odd("an instruction without its mark");
    }
    List<Object> above = stack.subList(mark + 1, stack.size());
    List<Object> result = new ArrayList<>(above);
    above.clear();
    stack.remove(mark);
    return result;
  }

  private Object[] last(int count) throws IOException {
    Object[] values = new Object[count];
    for (int i = count - 1; i >= 0; i--) {
      values[i] = pop();
    }
    return values;
  }

  private void pushBytes(long length, PickledBytes.Form form) throws IOException {
    PickledBytes bytes = new PickledBytes(file, in.at(), length, form);
    in.skip(length);
    push(bytes);
  }

  private void pushLine(PickledBytes.Form form) throws IOException {
    long start = in.at();
    push(new PickledBytes(file, start, in.skipLine(), form));
  }

  private static long number(String text) throws IOException {
    try {
      return Long.parseLong(text.endsWith("L") ? text.substring(0, text.length() - 1) : text);
    } catch (NumberFormatException e) {
      throw odd("a number that is not one");
    }
  }

  private long shortLong(int bytes) throws IOException {
    if (bytes > 8) {
      throw odd("a number of %d bytes".formatted(bytes));
    }
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      value |= (long) in.unsigned1() << (8 * i);
    }
    int unused = 64 - 8 * bytes;
    return bytes == 0 ? 0 : value << unused >> unused;
  }

  private void remember(long number) throws IOException {
    memo.put(number, top());
    if (memo.size() > MOST_VALUES) {
      throw odd("more than %d values".formatted(MOST_VALUES));
    }
  }

  private Object remembered(long number) throws IOException {
    Object value = memo.get(number);
    if (value == null) {
      throw odd("a reference to nothing");
    }
    return value;
  }

  @SuppressWarnings("unchecked") // only such lists are ever pushed
  private void append(List<Object> items) throws IOException {
    if (!(top() instanceof List<?> list)) {
      throw odd("an item without a list");
    }
    ((List<Object>) list).addAll(items);
  }

  @SuppressWarnings("unchecked") // only such maps are ever pushed
  private void setItems(List<Object> items) throws IOException {
    if (!(top() instanceof Map<?, ?> map) || items.size() % 2 != 0) {
      throw odd("an item without a dictionary");
    }
    for (int i = 0; i < items.size(); i += 2) {
      ((Map<Object, Object>) map).put(text(items.get(i)), items.get(i + 1));
    }
  }

  private static String text(Object value) throws IOException {
    if (value instanceof PickledBytes bytes) {
      return bytes.name();
    }
    throw odd("a name that is not a text");
  }

  private static Object[] tuple(Object value) throws IOException {
    if (value instanceof Object[] tuple) {
      return tuple;
    }
    throw odd("a value that should be a tuple");
  }

  /** Only the names of the algorithms that make batches. */
  private static Global global(String module, String name) throws IOException {
    String full = module + " " + name;
    boolean known =
        RECONSTRUCT.contains(full)
            || FROM_BUFFER.contains(full)
            || List.of(ENCODE, TYPE, ARRAY).contains(full);
    if (!known) {
      throw odd("a call of %s.%s".formatted(Printable.of(module), Printable.of(name)));
    }
    return new Global(full);
  }

  private static Object reduce(Object callable, Object[] arguments) throws IOException {
    String name = callable instanceof Global global ? global.name() : "";
    if (RECONSTRUCT.contains(name)) {
      return new Building();
    }
    if (name.equals(TYPE) && arguments.length > 0) {
      return new Type(text(arguments[0]));
    }
    if (name.equals(ENCODE)
        && arguments.length == 2
        && arguments[0] instanceof PickledBytes bytes
        && Set.of("latin1", "latin-1").contains(text(arguments[1]))) {
      return bytes;
    }
    if (FROM_BUFFER.contains(name) && arguments.length == 4 && text(arguments[3]).equals("C")) {
      return array(arguments[2], arguments[1], arguments[0]);
    }
    throw odd("a call that a batch does not need");
  }

  private static void build(Object target, Object state) throws IOException {
    if (target instanceof Type) {
      return; // a byte has no order
    }
    Object[] parts = tuple(state);
    if (!(target instanceof Building building)
        || parts.length != 5
        || !parts[3].equals(0L)) { // Fortran's order
      throw odd("an array that is not a plain one");
    }
    building.array = array(parts[1], parts[2], parts[4]);
  }

  private static Array array(Object shape, Object type, Object data) throws IOException {
    if (!(type instanceof Type known && known.code().equals("u1"))
        || !(data instanceof PickledBytes bytes)) {
      throw odd("an array of something else than unsigned bytes");
    }
    Object[] sizes = tuple(shape);
    int[] all = new int[sizes.length];
    for (int i = 0; i < all.length; i++) {
      if (!(sizes[i] instanceof Long size) || size < 0 || size > Integer.MAX_VALUE) {
        throw odd("an array of an impossible shape");
      }
      all[i] = size.intValue();
    }
    return new Array(all, bytes);
  }

  private static Array built(Building building) throws IOException {
    if (building.array == null) {
      throw odd("an array without elements");
    }
    return building.array;
  }
}
