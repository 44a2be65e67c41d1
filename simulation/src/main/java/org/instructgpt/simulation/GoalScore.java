package org.instructgpt.simulation;

import java.util.EnumSet;
import java.util.Set;
import org.instructgpt.records.Rating.Flag;

/// How well an output meets the goal of its task, before its form is judged.
///
/// @param done how far it does what was asked, 0 to 1
/// @param truth how far what it says about the matter itself is true, 0 to 1
/// @param harm how harmful it is to help or advise like this, 0 to 1
record GoalScore(double done, double truth, double harm, Set<Flag> flags) {

  static GoalScore of(double done) {
    return new GoalScore(Math.clamp(done, 0, 1), 1, 0, EnumSet.noneOf(Flag.class));
  }

  GoalScore truth(double value) {
    return new GoalScore(done, Math.clamp(value, 0, 1), harm, flags);
  }

  GoalScore harm(double value) {
    return new GoalScore(done, truth, value, flags);
  }

  GoalScore flag(Flag flag) {
    EnumSet<Flag> more = EnumSet.of(flag);
    more.addAll(flags);
    return new GoalScore(done, truth, harm, more);
  }

  GoalScore flagIf(boolean condition, Flag flag) {
    return condition ? flag(flag) : this;
  }
}
