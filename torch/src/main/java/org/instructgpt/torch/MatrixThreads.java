package org.instructgpt.torch;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.presets.openblas_nolapack;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorBase;
import org.bytedeco.pytorch.VoidTensorHook;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/// Lets OpenBLAS multiply on the threads of libtorch.
///
/// The binding's OpenBLAS brings threads of its own. They and libtorch's then wait, spinning, on
/// the cores that the others need. But OpenBLAS leaves the threads to a callback, if it is given
/// one
/// ([openblas_set_threads_callback_function](http://www.openmathlib.org/OpenBLAS/docs/extensions/)):
/// this one hands the jobs to the OpenMP pool that libtorch computes on.
///
/// Where MKL is loaded in OpenBLAS's place nothing is to be done, since it shares the pool by
/// itself.
@SuppressWarnings("restricted") // calls OpenBLAS and OpenMP, and is called by them
final class MatrixThreads {
  private static final Linker LINKER = Linker.nativeLinker();

  /// `void job(int number, void *data, int more)`: a piece of a product.
  private static final MethodHandle JOB =
      LINKER.downcallHandle(FunctionDescriptor.ofVoid(JAVA_INT, ADDRESS, JAVA_INT));

  private static final boolean USED = isUsed();

  private final MethodHandle parallel =
      function("GOMP_parallel", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, JAVA_INT, JAVA_INT));
  private final MethodHandle number =
      function("omp_get_thread_num", FunctionDescriptor.of(JAVA_INT));
  private final MethodHandle team =
      function("omp_get_num_threads", FunctionDescriptor.of(JAVA_INT));
  private final MethodHandle inParallel =
      function("omp_in_parallel", FunctionDescriptor.of(JAVA_INT));
  private final MemorySegment work = callback("work", FunctionDescriptor.ofVoid(ADDRESS));

  /// OpenBLAS keeps scratch memory for each number of a job, so one product runs at a time.
  private final ReentrantLock oneProduct = new ReentrantLock();

  private volatile Product product = new Product(MemorySegment.NULL, 0, 0, MemorySegment.NULL, 0);

  private MatrixThreads() {}

  /// Whether libtorch multiplies with OpenBLAS and computes on GNU's OpenMP, as on Linux.
  private static boolean isUsed() {
    Libtorch.load();
    return Stream.of("openblas_set_threads_callback_function", "blas_cpu_number", "GOMP_parallel")
        .allMatch(name -> Loader.addressof(name) != null);
  }

  /// A product in pieces, which must all run at the same time because they wait for each other.
  private record Product(MemorySegment job, int jobs, long size, MemorySegment data, int more) {
    void run(int number) {
      try {
        JOB.invokeExact(job, number, MemorySegment.ofAddress(data.address() + number * size), more);
      } catch (Throwable e) {
        throw unexpected(e);
      }
    }
  }

  /// Gives OpenBLAS the callback, if libtorch multiplies with it.
  static void install() {
    if (!USED) {
      return;
    }
    var run =
        new MatrixThreads()
            .callback(
                "run",
                FunctionDescriptor.ofVoid(
                    JAVA_INT, ADDRESS, JAVA_INT, JAVA_LONG, ADDRESS, JAVA_INT));
    try {
      function("openblas_set_threads_callback_function", FunctionDescriptor.ofVoid(ADDRESS))
          .invokeExact(run);
    } catch (Throwable e) {
      throw unexpected(e);
    }
    Count.set(torch.get_num_threads());
  }

  // ---- Called by OpenBLAS and by the threads of libtorch ----

  /// Runs a product; returns when it is done.
  @SuppressWarnings("unused") // by its name
  private void run(int wait, MemorySegment job, int jobs, long size, MemorySegment data, int more) {
    oneProduct.lock();
    try {
      product = new Product(job, jobs, size, data, more);
      if ((int) inParallel.invokeExact() != 0) {
        runAs(0, 1); // the pool is at work, and this is one of its threads
      } else {
        parallel.invokeExact(work, MemorySegment.NULL, jobs, 0);
      }
    } catch (Throwable e) {
      throw unexpected(e);
    } finally {
      oneProduct.unlock();
    }
  }

  /// What each thread of the pool does.
  @SuppressWarnings("unused") // by its name
  private void work(MemorySegment nothing) {
    try {
      runAs((int) number.invokeExact(), (int) team.invokeExact());
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /// Runs the job of this number; the first thread also those that the team is too small for, on
  /// threads that are started for them.
  private void runAs(int me, int team) throws InterruptedException {
    var now = product;
    List<Thread> more =
        IntStream.range(me == 0 ? team : now.jobs, now.jobs)
            .mapToObj(other -> Thread.ofPlatform().daemon().start(() -> now.run(other)))
            .toList();
    now.run(me);
    for (var thread : more) {
      thread.join();
    }
  }

  // ---- How many threads a product has ----

  /// Lets a product use `count` threads, whichever library makes it.
  static void use(int count) {
    if (USED) {
      Count.set(count);
    } else {
      openblas_nolapack.blas_set_num_threads(count);
    }
  }

  /// Lets libtorch's operations use `count` threads where this thread calls them, if they are
  /// OpenMP's.
  static void useOnThisThread(int count) {
    if (OpenMp.SET == null) {
      return;
    }
    try {
      OpenMp.SET.invokeExact(count);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /// Found when it is first wanted.
  private static final class OpenMp {
    private static final @Nullable MethodHandle SET =
        Loader.addressof("omp_set_num_threads") == null
            ? null
            : function("omp_set_num_threads", FunctionDescriptor.ofVoid(JAVA_INT));
  }

  /// OpenBLAS's number of threads.
  ///
  /// It is written where OpenBLAS reads it, since its function makes and forgets the threads'
  /// scratch memory whenever the number changes, which here is twice a layer; that is called for
  /// more threads than there ever were.
  private static final class Count extends VoidTensorHook {
    private static final MethodHandle SET =
        function("openblas_set_num_threads", FunctionDescriptor.ofVoid(JAVA_INT));
    private static final MemorySegment NOW = variable("blas_cpu_number");
    private static final MemorySegment MOST = variable("blas_num_threads");
    private static final Count ALONE = new Count(true);
    private static final Count TOGETHER = new Count(false);

    private final boolean alone;

    private Count(boolean alone) {
      retainReference(); // also when the scope is closed in which it happens to be made
      this.alone = alone;
    }

    static void set(int count) {
      if (count <= MOST.get(JAVA_INT, 0)) {
        NOW.set(JAVA_INT, 0, count);
        return;
      }
      try {
        SET.invokeExact(count);
      } catch (Throwable e) {
        throw unexpected(e);
      }
    }

    private static MemorySegment variable(String name) {
      return MemorySegment.ofAddress(addressOf(name)).reinterpret(JAVA_INT.byteSize());
    }

    /// Called with a gradient, before it goes on.
    @Override
    public void call(TensorBase gradient) {
      gradient.close(); // a reference, which would keep it until the scope of the step is closed
      set(alone ? 1 : torch.get_num_threads());
    }
  }

  /// Runs an operation on `inputs` whose threads multiply each for itself, in the forward and in
  /// the backward pass: OpenBLAS, built without OpenMP, would not see that the pool is at work, and
  /// split each product again.
  static Tensor eachAlone(Supplier<Tensor> operation, Tensor... inputs) {
    if (!USED) {
      return operation.get();
    }
    Count.set(1);
    var result = operation.get();
    Count.set(torch.get_num_threads());
    if (result.requires_grad()) {
      result.register_hook(Count.ALONE);
      for (var input : inputs) {
        if (input.requires_grad()) {
          input.register_hook(Count.TOGETHER);
        }
      }
    }
    return result;
  }

  // ---- Foreign functions ----

  static MethodHandle function(String name, FunctionDescriptor type) {
    return LINKER.downcallHandle(MemorySegment.ofAddress(addressOf(name)), type);
  }

  private static long addressOf(String name) {
    var found = Loader.addressof(name);
    if (found == null) {
      throw new IllegalStateException("libtorch was loaded without " + name);
    }
    return found.address();
  }

  private MemorySegment callback(String method, FunctionDescriptor type) {
    try {
      var target = MethodHandles.lookup().bind(this, method, type.toMethodType());
      return LINKER.upcallStub(target, type, Arena.global());
    } catch (ReflectiveOperationException e) {
      throw unexpected(e);
    }
  }

  private static AssertionError unexpected(Throwable e) {
    return new AssertionError("neither OpenBLAS nor OpenMP throws", e);
  }
}
