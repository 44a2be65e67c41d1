package org.instructgpt.simulation;

import java.util.EnumSet;
import java.util.Set;
import org.instructgpt.records.Rating.Flag;

/// How an output meets the goal of its task, before form and manners are looked at.
///
/// @param done how far it does what was asked, 0 to 1
/// @param truth how far what it says about the matter itself is so, 0 to 1
/// @param harm what is wrong in helping or advising so, 0 to 1
record Merit(double done, double truth, double harm, Set<Flag> flags) {

  static Merit of(double done) {
    return new Merit(Math.clamp(done, 0, 1), 1, 0, EnumSet.noneOf(Flag.class));
  }

  Merit truth(double value) {
    return new Merit(done, Math.clamp(value, 0, 1), harm, flags);
  }

  Merit harm(double value) {
    return new Merit(done, truth, value, flags);
  }

  Merit flag(Flag flag) {
    EnumSet<Flag> more = EnumSet.of(flag);
    more.addAll(flags);
    return new Merit(done, truth, harm, more);
  }

  Merit flagIf(boolean condition, Flag flag) {
    return condition ? flag(flag) : this;
  }
}
