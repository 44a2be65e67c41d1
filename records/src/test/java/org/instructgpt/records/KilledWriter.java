package org.instructgpt.records;

import java.util.List;
import java.util.concurrent.ExecutionException;

/// A program that writes until it is killed, and prints which writes were acknowledged.
final class KilledWriter {
  private KilledWriter() {}

  public static void main(String[] arguments)
      throws java.io.IOException, ExecutionException, InterruptedException {
    try (Store store = Store.open(arguments[0])) {
      store.add(List.of(Samples.ANN, Samples.prompt("p1"))).get();
      for (int i = 0; ; i++) {
        String id = "d" + i + ".";
        store.add(Samples.demonstration(id, "p1", Samples.ANN)).get();
        System.out.println(id);
      }
    }
  }
}
