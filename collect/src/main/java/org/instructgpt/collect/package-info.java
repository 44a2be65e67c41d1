/// Prompts in: what people asked becomes data that a model may learn from.
///
/// [Curation] is the whole way in one call: deduplication, cap, split, personal data, length,
/// language, use case, with a [Curation.Report] of what each step dropped and why. [PersonalData]
/// finds e-mail addresses, phone numbers and the like; [Languages] guesses the language; [UseCases]
/// suggests one of the ten classes of Table 1; [PaperTables] shows one's own data as the paper
/// shows its own (Tables 6 to 10).
@NullMarked
package org.instructgpt.collect;

import org.jspecify.annotations.NullMarked;
