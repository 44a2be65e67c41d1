/// Collects prompts: stores them with consent, and curates them into data sets.
///
/// [Intake] stores customers' prompts with their consent. [Curation] curates in one call:
/// deduplication, cap, split, personal data, length, language, use case, with a [CurationReport] of
/// what each step dropped and why. [PersonalData] finds e-mail addresses, phone numbers and the
/// like; [Languages] guesses the language; [UseCases] suggests one of the ten use cases of Table 1;
/// [PaperTables] describes data in the tables of the paper (Tables 6 to 10).
@NullMarked
package org.instructgpt.collect;

import org.jspecify.annotations.NullMarked;
