/// The folder of a project: what people gave, the runs that learned from it, the models they made.
///
/// [PretrainRun], [SftRun], [RewardRun] and [PpoRun] train a model in the [Workspace]; a
/// [RewardScorer] scores texts with one. Beneath them a [TrainingRun] goes from resolved settings
/// to a model in its place; [TrainingData] and [ContextFitter] make batches of what people gave,
/// [TextFiles] of plain text; [Provenance] says which models learned from which records.
@NullMarked
package org.instructgpt.project;

import org.jspecify.annotations.NullMarked;
