package io.mulan.data;

import java.util.Optional;

/**
 * Some images of a store.
 *
 * @param numbers of the chosen ones; where they follow one another they are read at once
 */
record ChosenImages(ImageStore store, int[] numbers, int imageBytes) implements ImageStore {

  @Override
  public int count() {
    return numbers.length;
  }

  @Override
  public void read(int first, int count, byte[] target, int offset) {
    int at = offset;
    for (int i = first; i < first + count; ) {
      int next = i + 1;
      while (next < first + count && numbers[next] == numbers[next - 1] + 1) {
        next++;
      }
      store.read(numbers[i], next - i, target, at);
      at += (next - i) * imageBytes;
      i = next;
    }
  }

  @Override
  public Optional<int[]> labels() {
    return store.labels().map(this::chosen);
  }

  private int[] chosen(int[] labels) {
    int[] chosen = new int[numbers.length];
    for (int i = 0; i < chosen.length; i++) {
      chosen[i] = labels[numbers[i]];
    }
    return chosen;
  }
}
