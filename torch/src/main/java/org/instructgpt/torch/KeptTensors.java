package org.instructgpt.torch;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Pointer;

/// Tensors that live as long as a pass, whatever scope they were made in.
final class KeptTensors {
  private final List<Pointer> handles = new ArrayList<>();

  Tensor keep(Tensor tensor) {
    tensor.handle.retainReference();
    handles.add(tensor.handle);
    return tensor;
  }

  /// The same tensor, whose handle is kept and not the one that belongs to a scope.
  Tensor keepAlias(Tensor tensor) {
    return keep(new Tensor(new org.bytedeco.pytorch.Tensor(tensor.handle)));
  }

  void release() {
    handles.forEach(Pointer::releaseReference);
  }
}
