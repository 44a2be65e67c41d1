package org.instructgpt.studio;

import java.nio.file.Path;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.instructgpt.collect.CustomerFeedback;
import org.instructgpt.collect.Intake;
import org.instructgpt.records.Erasable;
import org.instructgpt.records.Store;
import org.instructgpt.serve.InferenceEngine;
import org.instructgpt.web.Audit;

/// What the pages of the [Playground] need.
///
/// @param modules all that store rows about prompts, [PlaygroundHistory] among them: what somebody
///   deletes is deleted in all of them
/// @param workspace the folder with `runs` and `reports`
/// @param feedback what people say of answers, as trainings read it
/// @param random for ids and for the seeds of requests without one; used under its own lock
/// @param consequences of a consent that is withdrawn
/// @param nanos a monotonic clock, for the time that answers take
public record PlaygroundServices(
    InferenceEngine engine,
    Intake intake,
    Store store,
    PlaygroundHistory history,
    CustomerFeedback feedback,
    List<Erasable> modules,
    Audit audit,
    Path workspace,
    RandomGenerator random,
    Consents.Consequences consequences,
    LongSupplier nanos) {}
