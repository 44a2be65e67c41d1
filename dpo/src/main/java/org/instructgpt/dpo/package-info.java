/// Direct preference optimisation: a policy from rankings, without a reward model and without
/// sampling. [Dpo] trains it with the `PreferenceLoss` of each prompt's [Preferences].
@org.jspecify.annotations.NullMarked
package org.instructgpt.dpo;
