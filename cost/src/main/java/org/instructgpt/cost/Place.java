package org.instructgpt.cost;

import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;

/// Where, and with what arithmetic, work is measured.
///
/// @param device on which the models are
/// @param precision of matrix products
public record Place(Device device, Precision precision) {
  /// A processor.
  public static Place processor(Precision precision) {
    return new Place(Device.CPU, precision);
  }
}
