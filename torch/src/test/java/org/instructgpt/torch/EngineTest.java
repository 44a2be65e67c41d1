package org.instructgpt.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(Scoped.class)
class EngineTest {
  @Test
  void theVersionNamesLibraryAndBinding() {
    assertThat(Engine.version()).matches("\\d+\\.\\d+\\.\\d+-\\d+\\.\\d+\\.\\d+.*");
  }

  @Test
  void theDescriptionNamesTheThreads() {
    assertThat(Engine.description()).contains("OpenMP").contains("get_num_threads");
  }

  @Test
  void threadsAreThoseThatWereAskedFor() {
    int before = Engine.threads();
    try {
      Engine.useThreads(1);
      assertThat(Engine.threads()).isEqualTo(1);
    } finally {
      Engine.useThreads(before);
    }
    assertThatThrownBy(() -> Engine.useThreads(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("threads must be at least 1, but is 0");
  }

  @Test
  void precisionsAreNamedAsTheUserNamesThem() {
    assertThat(Precision.named("float32", Device.CPU))
        .isEqualTo(Precision.FULL)
        .hasToString("float32");
    assertThat(Precision.named("BFloat16", Device.CPU))
        .isEqualTo(Precision.MIXED)
        .hasToString("bfloat16");
    assertThat(Precision.named("auto", Device.CPU)).isEqualTo(Engine.fastPrecision());
    assertThat(Precision.named("auto", Device.CUDA)).isEqualTo(Precision.MIXED);
    assertThatThrownBy(() -> Precision.named("fp8", Device.CPU))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("precision must be float32, bfloat16 or auto, but is 'fp8'");
  }

  @Test
  void devicesAreNamedAsTheUserNamesThem() {
    assertThat(Device.named("CPU")).isEqualTo(Device.CPU).hasToString("cpu");
    assertThatThrownBy(() -> Device.named("tpu"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("device must be cpu or cuda, but is 'tpu'");
    if (Engine.hasCuda()) {
      assertThat(Device.named("cuda")).isEqualTo(Device.CUDA);
    } else {
      assertThatThrownBy(() -> Device.named("cuda"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("use --device cpu");
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyElementTypeIsWhatItSays(DType type) {
    var tensor = Tensor.zeros(type, 3);
    assertThat(tensor.dtype()).isEqualTo(type);
    assertThat(tensor.data().byteSize()).isEqualTo(3L * type.bytes());
    assertThat(type.isFloating()).isEqualTo(type.code().contains("F"));
    assertThat(tensor.fill_(1).doubles()).containsExactly(1, 1, 1);
  }
}
