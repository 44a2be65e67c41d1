package org.instructgpt.studio;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.instructgpt.label.TaskQueue;
import org.instructgpt.project.Provenance;
import org.instructgpt.project.Workspace;
import org.jdbi.v3.core.Handle;

/// What follows in a workspace when a customer takes the consent back.
public record WithdrawnConsent(Workspace folder, TaskQueue desk) implements Consents.Consequences {
  @Override
  public int stop(Handle handle, Set<String> prompts) {
    return desk.withdraw(handle, prompts);
  }

  /// Snapshots that were kept on the way to a model are named by it.
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
