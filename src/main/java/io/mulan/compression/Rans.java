package io.mulan.compression;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A stack of symbols as one large number: range asymmetric numeral systems (Duda 2013), with a
 * state of 63 bits above words of 32 bits. What was put last is taken first. Putting a symbol of
 * probability p makes it -log2 p bits longer, taking one makes it as much shorter: so symbols can
 * also be drawn from it.
 */
final class Rans {
  /** Probabilities are whole multiples of 2^-24, where the law has no other precision. */
  static final int PRECISION = 24;

  /** The least state; the greatest is 2^32 times as large, less one. */
  private static final long LEAST = 1L << 31;

  /** An empty stack takes so many bits when it is stored. */
  static final int EMPTY_BITS = 31;

  private static final int WORD = 32;

  /** Bits of the state, after the highest one, that mixing does not change. */
  private static final int KEPT = 8;

  private static final long WORD_MASK = (1L << WORD) - 1;
  private static final int WORD_BYTES = 4;

  /**
   * The state is stored in at least so many bytes, so that the length of all gives their number.
   */
  private static final int STATE_BYTES = 5;

  private long state = LEAST;
  private int[] words;
  private int size;

  /** An empty stack. */
  Rans() {
    this(LEAST, new int[64], 0);
  }

  private Rans(long state, int[] words, int size) {
    this.state = state;
    this.words = words;
    this.size = size;
  }

  /** There is not enough in the stack to take a symbol. */
  static final class EmptyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    EmptyException() {
      super("the stack is empty", null, false, false);
    }
  }

  /** A stack of so many random words, always the same ones. */
  static Rans random(int count) {
    SplittableRandom random = new SplittableRandom(1);
    return new Rans(random.nextLong(LEAST, Long.MAX_VALUE), random.ints(count).toArray(), count);
  }

  /** An equal stack. */
  Rans copy() {
    return new Rans(state, words.clone(), size);
  }

  /** Whether nothing is in it. */
  boolean isEmpty() {
    return size == 0 && state == LEAST;
  }

  /** How long it is, in bits; an empty one has none. */
  double bits() {
    return (double) WORD * size + Math.log((double) state / LEAST) / Math.log(2);
  }

  /**
   * Puts a symbol that has the slots from {@code start} on, of 2^precision.
   *
   * @param mass how many it has, from 1 to 2^precision
   * @param precision from 0 to 24
   */
  void put(long start, long mass, int precision) {
    if (Long.compareUnsigned(state, mass << (63 - precision)) >= 0) {
      if (size == words.length) {
        words = Arrays.copyOf(words, 2 * size);
      }
      words[size++] = (int) state;
      state >>>= WORD;
    }
    state = ((state / mass) << precision) + state % mass + start;
  }

  /** The slot that the next symbol to take has. */
  long slot(int precision) {
    return state & ((1L << precision) - 1);
  }

  /**
   * Takes a symbol, which {@link #slot} says.
   *
   * @throws EmptyException if there is not enough in the stack; it cannot be used further then
   */
  void take(long start, long mass, int precision) {
    state = mass * (state >>> precision) + slot(precision) - start;
    if (state < LEAST) {
      if (size == 0) {
        throw new EmptyException();
      }
      state = (state << WORD) | (words[--size] & WORD_MASK);
    }
  }

  /**
   * Mixes what is on top, so that what is taken next does not depend on what was put last in a way
   * that matters: z would be drawn by the bits of the z before, which say where the model errs.
   *
   * @param count of words that are mixed with the state, each with the one above it
   */
  void mix(int count) {
    if (size > 0) {
      mixState();
      long above = state;
      for (int i = size - 1; i >= Math.max(0, size - count); i--) {
        words[i] ^= (int) hash(above);
        above = words[i];
      }
    }
  }

  /** Undoes {@link #mix}. */
  void unmix(int count) {
    if (size > 0) {
      for (int i = Math.max(0, size - count); i < size; i++) {
        words[i] ^= (int) hash(i == size - 1 ? state : words[i + 1]);
      }
      mixState();
    }
  }

  /**
   * Changes the bits below the highest ones. Those stay, since the state's logarithm is spread
   * evenly: to make the state itself so would take 0.06 bits.
   */
  private void mixState() {
    state ^= hash(words[size - 1]) & ((Long.highestOneBit(state) - 1) >>> KEPT);
  }

  /** The last step of MurmurHash3 (Appleby 2011). */
  private static long hash(long value) {
    long h = (value ^ value >>> 33) * 0xff51afd7ed558ccdL;
    h = (h ^ h >>> 33) * 0xc4ceb9fe1a85ec53L;
    return h ^ h >>> 33;
  }

  /** Puts a number of so many bits, all equally probable. */
  void putUniform(long value, int bits) {
    for (int done = 0; done < bits; done += PRECISION) {
      int some = Math.min(PRECISION, bits - done);
      put(value >>> done & ((1L << some) - 1), 1, some);
    }
  }

  /** Takes a number of so many bits. */
  long takeUniform(int bits) {
    long value = 0;
    for (int done = (bits - 1) / PRECISION * PRECISION; done >= 0; done -= PRECISION) {
      int some = Math.min(PRECISION, bits - done);
      long part = slot(some);
      take(part, 1, some);
      value |= part << done;
    }
    return value;
  }

  /** All of it, the words from the bottom on and then the state, the highest byte first. */
  byte[] toBytes() {
    int stateBytes = Math.max(STATE_BYTES, (Long.SIZE - Long.numberOfLeadingZeros(state) + 7) / 8);
    byte[] bytes = new byte[size * WORD_BYTES + stateBytes];
    for (int i = 0; i < size; i++) {
      write(bytes, i * WORD_BYTES, words[i], WORD_BYTES);
    }
    write(bytes, size * WORD_BYTES, state, stateBytes);
    return bytes;
  }

  /**
   * The stack that {@link #toBytes} wrote.
   *
   * @throws EmptyException if there can be none
   */
  static Rans of(byte[] bytes) {
    if (bytes.length < STATE_BYTES) {
      throw new EmptyException();
    }
    int size = (bytes.length - STATE_BYTES) / WORD_BYTES;
    int[] words = new int[size + 1];
    for (int i = 0; i < size; i++) {
      words[i] = (int) read(bytes, i * WORD_BYTES, (i + 1) * WORD_BYTES);
    }
    long state = read(bytes, size * WORD_BYTES, bytes.length);
    if (state < LEAST) {
      throw new EmptyException();
    }
    return new Rans(state, words, size);
  }

  private static void write(byte[] to, int at, long value, int count) {
    for (int i = 0; i < count; i++) {
      to[at + i] = (byte) (value >>> (8 * (count - 1 - i)));
    }
  }

  private static long read(byte[] from, int at, int end) {
    long value = 0;
    for (int i = at; i < end; i++) {
      value = value << 8 | (from[i] & 0xff);
    }
    return value;
  }
}
