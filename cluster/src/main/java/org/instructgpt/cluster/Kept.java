package org.instructgpt.cluster;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.bytedeco.javacpp.Pointer;

/// What lives until the process ends. c10d ends the whole process, without a word, when a group is
/// freed whose other side is gone already; so nothing of it is freed, neither by a scope nor by the
/// collector. A process joins once.
final class Kept {
  private static final List<Pointer> ALL = new CopyOnWriteArrayList<>();

  private Kept() {}

  static <P extends Pointer> P forEver(P made) {
    ALL.add(made.retainReference());
    return made;
  }
}
