package org.instructgpt.cost;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.instructgpt.model.GptConfig;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Engine;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;

/// What a machine does at best.
///
/// @param operationsPerSecond floating-point operations of matrix products
/// @param fastest the shape of the product that reached it, such as `2048 x 768 x 3072`
/// @param bytesPerSecond that a copy reads and writes together
public record MachineRates(double operationsPerSecond, String fastest, double bytesPerSecond) {
  private static final List<Product> SQUARES =
      List.of(
          new Product(256, 256, 256),
          new Product(512, 512, 512),
          new Product(1024, 1024, 1024),
          new Product(2048, 2048, 2048));

  /// What an accelerator needs to be busy.
  private static final List<Product> LARGE_SQUARES =
      List.of(new Product(4096, 4096, 4096), new Product(8192, 8192, 8192));

  /// Larger than any cache of a processor: 256 MiB.
  private static final int COPIED = 1 << 26;

  /// The same for an accelerator: 2 GiB, which take it a millisecond.
  private static final int LARGE_COPIED = 1 << 29;

  private static final double PATIENCE = 0.06;
  private static final int LEAST = 3;

  /// A matrix product (rows, inner) x (inner, columns).
  record Product(int rows, int inner, int columns) {
    double operations() {
      return 2.0 * rows * inner * columns;
    }

    @Override
    public String toString() {
      return "%d x %d x %d".formatted(rows, inner, columns);
    }
  }

  /// Checks that both are rates.
  public MachineRates {
    if (!(operationsPerSecond > 0 && bytesPerSecond > 0)) {
      throw new IllegalArgumentException(
          "rates must be positive, but are %s operations and %s bytes a second"
              .formatted(operationsPerSecond, bytesPerSecond));
    }
  }

  /// A machine that is not here.
  public static MachineRates of(double operationsPerSecond, double bytesPerSecond) {
    return new MachineRates(operationsPerSecond, "as given", bytesPerSecond);
  }

  /// Measures this machine: the best rate over squares of 256 to 2,048 and over the shapes that the
  /// models' products have, and the bandwidth of a copy. Takes a second or two. On an accelerator
  /// also squares of 4,096 and 8,192.
  ///
  /// @param place that is measured, and the precision of the products
  /// @param models that are to be measured against it, with the tokens of a pass
  /// @param nanoTime a clock in nanoseconds
  public static MachineRates measure(Place place, List<ModelPass> models, LongSupplier nanoTime) {
    var products = new ArrayList<>(SQUARES);
    if (place.device() != Device.CPU) {
      products.addAll(LARGE_SQUARES);
    }
    models.forEach(model -> products.addAll(model.products()));
    return measureProducts(products.stream().distinct().toList(), place, nanoTime);
  }

  static MachineRates measureProducts(List<Product> products, Place place, LongSupplier nanoTime) {
    var type = place.precision() == Precision.MIXED ? DType.BFLOAT16 : DType.FLOAT32;
    double best = 0;
    String fastest = "";
    for (var product : products) {
      double rate = product.operations() / seconds(product, type, place.device(), nanoTime);
      if (rate > best) {
        best = rate;
        fastest = product.toString();
      }
    }
    return new MachineRates(best, fastest, copyRate(place.device(), nanoTime));
  }

  /// A model and how many tokens go through it at once.
  public record ModelPass(GptConfig shape, int tokens) {
    List<Product> products() {
      int c = shape.width();
      return List.of(
          new Product(tokens, c, 3 * c),
          new Product(tokens, c, 4 * c),
          new Product(tokens, 4 * c, c),
          new Product(tokens, c, shape.vocabulary()));
    }
  }

  /// The processor's rate of the product of two square matrices, operations a second.
  ///
  /// @param nanoTime a clock in nanoseconds
  public static double ofSquare(DType type, int size, LongSupplier nanoTime) {
    var product = new Product(size, size, size);
    return product.operations() / seconds(product, type, Device.CPU, nanoTime);
  }

  private static double seconds(Product product, DType type, Device device, LongSupplier nanoTime) {
    try (var _ = Scope.open()) {
      var random = new Randomness(1, device);
      var a = matrix(product.rows, product.inner, random).to(type);
      var b = matrix(product.inner, product.columns, random).to(type);
      return best(() -> a.matmul(b), device, nanoTime);
    }
  }

  private static Tensor matrix(int rows, int columns, Randomness random) {
    return Tensor.empty(DType.FLOAT32, random.device(), rows, columns).normal_(0, 1, random);
  }

  private static double copyRate(Device device, LongSupplier nanoTime) {
    int copied = device == Device.CPU ? COPIED : LARGE_COPIED;
    try (var _ = Scope.open()) {
      var from = Tensor.zeros(DType.FLOAT32, device, copied);
      var to = Tensor.zeros(DType.FLOAT32, device, copied);
      return 2.0 * Float.BYTES * copied / best(() -> to.copy_(from), device, nanoTime);
    }
  }

  /// The shortest time of several, after one that is not counted.
  private static double best(Supplier<Tensor> work, Device device, LongSupplier nanoTime) {
    return Scope.constant(() -> {
      double best = Double.POSITIVE_INFINITY;
      long end = Long.MAX_VALUE;
      for (int i = -1; i < LEAST || nanoTime.getAsLong() < end; i++) {
        try (var _ = Scope.open()) {
          Engine.finish(device);
          long began = nanoTime.getAsLong();
          var _ = work.get();
          Engine.finish(device);
          long now = nanoTime.getAsLong();
          if (i < 0) {
            end = now + (long) (1e9 * PATIENCE);
          } else {
            best = Math.min(best, 1e-9 * (now - began));
          }
        }
      }
      return best;
    });
  }
}
