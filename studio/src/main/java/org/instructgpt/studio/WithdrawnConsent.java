package org.instructgpt.studio;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.instructgpt.label.TaskQueue;
import org.instructgpt.project.Provenance;
import org.instructgpt.project.Workspace;
import org.jdbi.v3.core.Handle;

/// The consequences in a workspace when a customer withdraws the consent: open tasks end, and the
/// models trained on the prompts are named.
public record WithdrawnConsent(Workspace folder, TaskQueue queue) implements Consents.Consequences {
  @Override
  public int stop(Handle handle, Set<String> prompts) {
    return queue.withdraw(handle, prompts);
  }

  /// Names models only, not the intermediate snapshots of their runs.
  @Override
  public List<String> learned(Set<String> prompts) throws IOException {
    var models = folder.root().resolve("models");
    return new Provenance(folder)
        .learnedFrom(prompts).stream()
            .filter(model -> model.folder().startsWith(models))
            .map(Provenance.Model::name)
            .toList();
  }
}
