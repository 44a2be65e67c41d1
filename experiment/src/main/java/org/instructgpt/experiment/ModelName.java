package org.instructgpt.experiment;

import java.util.Locale;

/// The models of an [Experiment] and the baselines that they are compared with. The stored name is
/// that of the model's folder, of its outputs and of its measurements: `ppo-ptx`.
enum ModelName implements MeasuredModel {
  BASE("Base model"),
  BASE_SMALL("Small base model"),
  BASE_LARGE("Large base model"),
  /// The base model with a few-shot prefix.
  PROMPTED("Base model, prompted"),
  PROMPTED_LARGE("Large base model, prompted"),
  /// Fine-tuned on public tasks, the paper's FLAN and T0.
  SKILLS("Public tasks (FLAN, T0)"),
  /// The supervised policy from which reinforcement learning starts; 2 epochs in the paper.
  SUPERVISED,
  SUPERVISED_SMALL,
  /// The SFT baseline of 16 epochs.
  SFT("SFT"),
  /// The same from a twentieth of the demonstrations.
  SFT_FEW,
  PPO("PPO"),
  PPO_PTX("PPO-ptx (InstructGPT)"),
  PPO_PTX_SMALL("Small PPO-ptx"),
  /// The same answer to every prompt.
  CONSTANT("One constant answer"),
  /// The longest of all models' answers.
  LONGEST("The longest answer"),

  // The ablations of appendix E: gamma is the coefficient of pretraining gradients, beta of KL.
  PTX_GAMMA_LOW,
  PTX_GAMMA_PAPER,
  BETA_100,
  PTX_BETA_ZERO,
  PTX_BETA_HIGH,
  RATE_10,
  PTX_RATE_10,
  PTX_MIX_NONE,
  PTX_MIX_HALF,
  /// Starts of reinforcement learning with no and with half pretraining text.
  SUPERVISED_MIX_NONE,
  SUPERVISED_MIX_HALF;

  private final String stored;
  private final String title;

  ModelName() {
    this("");
  }

  ModelName(String title) {
    this.stored = name().toLowerCase(Locale.ROOT).replace('_', '-');
    this.title = title.isEmpty() ? stored : title;
  }

  /// "ppo-ptx"
  @Override
  public String stored() {
    return stored;
  }

  /// "PPO-ptx (InstructGPT)": the name in reports.
  String title() {
    return title;
  }
}
