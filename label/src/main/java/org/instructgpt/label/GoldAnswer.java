package org.instructgpt.label;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.instructgpt.label.LabelerWork.Compared;
import org.instructgpt.label.LabelerWork.Rated;
import org.instructgpt.records.Rating;
import org.jdbi.v3.core.Handle;

/// A researcher's answer to a gold task, the reference for other labelers.
///
/// @param ranks the rank of each output, in the task's own order
/// @param flags those that the researcher set, in the same order
record GoldAnswer(List<Integer> ranks, List<Set<Rating.Flag>> flags) {

  /// Agreement of a labeler with the gold answer.
  ///
  /// @param agreed the number of pairs ranked in the same order; a tie counts half
  /// @param of the number of pairs that the researcher did not tie
  record Agreed(double agreed, int of) {}

  /// The indices of a better and a worse output of the task.
  record Pair(int better, int worse) {}

  static Optional<GoldAnswer> find(Handle handle, String annotation) {
    return handle
        .createQuery("SELECT work, shown FROM label_annotation WHERE id = ?")
        .bind(0, annotation)
        .map((row, _) -> of(row.getString("work"), row.getString("shown")))
        .findOne();
  }

  static GoldAnswer of(String work, String shown) {
    var compared = (Compared) StoredJson.work(work);
    List<Integer> order = StoredJson.numbers(shown);
    return new GoldAnswer(
        unshuffled(order, compared.ranks()),
        unshuffled(order, compared.outputs().stream().map(Rated::flags).toList()));
  }

  /// Brings values from the order in which outputs were shown into the task's own order.
  static <T> List<T> unshuffled(List<Integer> order, List<T> shown) {
    var values = new ArrayList<T>(shown);
    for (int i = 0; i < order.size(); i++) {
      values.set(order.get(i), shown.get(i));
    }
    return List.copyOf(values);
  }

  List<Pair> pairs() {
    var pairs = new ArrayList<Pair>();
    for (int a = 0; a < ranks.size(); a++) {
      for (int b = 0; b < ranks.size(); b++) {
        if (ranks.get(a) < ranks.get(b)) {
          pairs.add(new Pair(a, b));
        }
      }
    }
    return pairs;
  }

  /// Compares a labeler's ranks with the gold answer.
  ///
  /// @param order the order in which the labeler saw the outputs
  /// @param shown the labeler's ranks, in that order
  Agreed compare(List<Integer> order, List<Integer> shown) {
    List<Integer> others = unshuffled(order, shown);
    double agreed = 0;
    var pairs = pairs();
    for (Pair pair : pairs) {
      agreed += 0.5 + 0.5 * Integer.compare(others.get(pair.worse()), others.get(pair.better()));
    }
    return new Agreed(agreed, pairs.size());
  }
}
