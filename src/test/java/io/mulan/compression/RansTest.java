package io.mulan.compression;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class RansTest {
  private static final int SYMBOLS = 1_000_000;

  /** A stack that shows the bits of the next symbol to 2^-14: its state is large, and has room. */
  static Rans precise() {
    return Rans.of(new byte[] {0x40, 0, 0, 0, 0});
  }

  /** A million symbols of changing laws, which have 2^precision slots. */
  private static final class Symbols {
    final long[] start = new long[SYMBOLS];
    final long[] mass = new long[SYMBOLS];
    final int[] precision = new int[SYMBOLS];
    double bits;

    Symbols(long seed) {
      SplittableRandom random = new SplittableRandom(seed);
      for (int i = 0; i < SYMBOLS; i++) {
        precision[i] = 1 + random.nextInt(Rans.PRECISION);
        long whole = 1L << precision[i];
        // The law's own symbols: a cut into two parts, of which one is drawn by its mass.
        long cut = random.nextInt(8) == 0 ? 1 : random.nextLong(whole);
        boolean low = random.nextLong(whole) < cut;
        start[i] = low ? 0 : cut;
        mass[i] = low ? cut : whole - cut;
        bits -= Math.log((double) mass[i] / whole) / Math.log(2);
      }
    }
  }

  @Test
  void aMillionSymbolsComeBackAndTakeTheirBits() {
    Symbols symbols = new Symbols(1);
    Rans stack = new Rans();
    for (int i = 0; i < SYMBOLS; i++) {
      stack.put(symbols.start[i], symbols.mass[i], symbols.precision[i]);
    }
    assertEquals(symbols.bits, stack.bits(), 1e-4 * symbols.bits);
    Rans read = Rans.of(stack.toBytes());
    for (int i = SYMBOLS - 1; i >= 0; i--) {
      long slot = read.slot(symbols.precision[i]);
      assertTrue(slot >= symbols.start[i] && slot < symbols.start[i] + symbols.mass[i]);
      read.take(symbols.start[i], symbols.mass[i], symbols.precision[i]);
    }
    assertTrue(read.isEmpty());
  }

  @Test
  void whatIsTakenFromRandomBitsHasItsLaw() {
    Rans stack = Rans.random(200_000);
    long mass = 1L << (Rans.PRECISION - 3);
    int count = 0;
    for (int i = 0; i < SYMBOLS; i++) {
      boolean low = stack.slot(Rans.PRECISION) < mass;
      stack.take(low ? 0 : mass, low ? mass : (1L << Rans.PRECISION) - mass, Rans.PRECISION);
      count += low ? 1 : 0;
    }
    double expected = SYMBOLS / 8.0;
    assertEquals(expected, count, 5 * Math.sqrt(expected * 7 / 8));
  }

  @Test
  void aCertainSymbolTakesNothing() {
    Rans stack = Rans.random(3);
    byte[] before = stack.toBytes();
    stack.put(0, 1L << Rans.PRECISION, Rans.PRECISION);
    stack.put(0, 1, 0);
    assertArrayEquals(before, stack.toBytes());
    stack.take(0, 1L << Rans.PRECISION, Rans.PRECISION);
    assertArrayEquals(before, stack.toBytes());
  }

  @Test
  void numbersOfAnyBits() {
    Rans stack = new Rans();
    SplittableRandom random = new SplittableRandom(4);
    long[] values = new long[65];
    for (int bits = 0; bits <= 64; bits++) {
      values[bits] = bits == 0 ? 0 : random.nextLong() >>> (64 - bits);
      stack.putUniform(values[bits], bits);
    }
    for (int bits = 64; bits >= 0; bits--) {
      assertEquals(values[bits], stack.takeUniform(bits));
    }
    assertTrue(stack.isEmpty());
  }

  @Test
  void nothingCanBeTakenFromAnEmptyStack() {
    assertThrows(Rans.EmptyException.class, () -> new Rans().takeUniform(1));
    assertThrows(Rans.EmptyException.class, () -> Rans.of(new byte[4]));
    assertThrows(Rans.EmptyException.class, () -> Rans.of(new byte[8]));
    Rans little = new Rans();
    little.putUniform(5, 20);
    assertThrows(Rans.EmptyException.class, () -> little.takeUniform(21));
  }

  @Test
  void mixingChangesAllThatIsMixedAndCanBeUndone() {
    for (int size = 0; size < 6; size++) {
      for (int count = 0; count < 8; count++) {
        Rans stack = Rans.random(size);
        byte[] before = stack.toBytes();
        stack.mix(count);
        byte[] mixed = stack.toBytes();
        int same = 0;
        for (int i = Math.max(0, 4 * (size - count)); i < 4 * size; i++) {
          same += mixed[i] == before[i] ? 1 : 0;
        }
        assertTrue(same < 3, same + " bytes are as before");
        stack.unmix(count);
        assertArrayEquals(before, stack.toBytes());
      }
    }
  }

  /** In the mean, over stacks as symbols leave them. */
  @Test
  void mixingTakesNoBits() {
    Rans stack = Rans.random(1000);
    SplittableRandom random = new SplittableRandom(8);
    double bits = 0;
    int times = 20_000;
    for (int i = 0; i < times; i++) {
      long mass = 1 + random.nextLong(1L << 20);
      stack.put(random.nextLong(mass), mass, Rans.PRECISION);
      stack.put(0, 3, 3);
      double before = stack.bits();
      stack.mix(2);
      bits += stack.bits() - before;
    }
    assertEquals(0, bits / times, 1e-3);
  }

  @Test
  void aCopyIsApart() {
    Rans stack = Rans.random(2);
    Rans copy = stack.copy();
    copy.takeUniform(40);
    copy.putUniform(0, 40);
    assertArrayEquals(Rans.random(2).toBytes(), stack.toBytes());
  }
}
