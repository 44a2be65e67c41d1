package org.instructgpt.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Each format on a row or two. Single quotes stand for double ones.
final class FormatTest {

  @Test
  void promptsAreObjectsOrStrings() {
    assertThat(only(Format.PROMPTS, "'Tell me about \\'ducks\\''", Prompt.class).text())
        .isEqualTo("Tell me about \"ducks\"");
    Prompt prompt =
        only(Format.PROMPTS, "{'prompt': 'p', 'user': 'u', 'organisation': 'o'}", Prompt.class);
    assertThat(prompt.user()).contains("u");
    assertThat(prompt.organisation()).contains("o");
    assertThat(prompt.source()).isEqualTo(Prompt.Source.IMPORTED);
  }

  @Test
  void completionsAreDemonstrationsWithoutTheirEndMark() {
    assertDemonstration(
        Format.COMPLETIONS, "{'prompt': ' p ', 'completion': 'c<|endoftext|>'}", " p ", "c");
  }

  @Test
  void questionsAndInstructionsAreDemonstrations() {
    assertDemonstration(Format.QUESTION_ANSWER, "{'question': 'q', 'answer': 'a'}", "q", "a");
    assertDemonstration(
        Format.INSTRUCTIONS, "{'instruction': 'i', 'input': '', 'output': 'o'}", "i", "o");
    assertDemonstration(
        Format.INSTRUCTIONS, "{'instruction': 'i', 'input': 'x', 'output': 'o'}", "i\n\nx", "o");
  }

  @Test
  void selfInstructIsADemonstrationForEachInstance() {
    String row =
        "{'instruction': 'i', 'instances': [{'input': 'x', 'output': 'o'}, {'input': '', 'output':"
            + " 'n'}]}";
    List<Feedback> records = read(Format.SELF_INSTRUCT, row);
    assertThat(all(records, Prompt.class)).extracting(Prompt::text).containsExactly("i\n\nx", "i");
    assertThat(all(records, Demonstration.class))
        .extracting(Demonstration::response)
        .containsExactly("o", "n");
    assertFault(
        Format.SELF_INSTRUCT,
        "{'instruction': 'i', 'instances': [{'input': 3}]}",
        "instances[0].input: expected text, found 3; instances[0].output: expected text, found"
            + " nothing");
  }

  @Test
  void messagesOfOneTurnArePlainAndOfMoreAreMarked() {
    assertDemonstration(
        Format.MESSAGES,
        "{'messages': [{'role': 'user', 'content': 'q'}, {'role': 'assistant', 'content': 'a'}]}",
        "q",
        "a");
    assertDemonstration(
        Format.MESSAGES,
        "{'messages': [{'role': 'system', 'content': 's'}, {'role': 'user', 'content': 'q'},"
            + " {'role': 'assistant', 'content': 'a'}, {'role': 'user', 'content': 'r'},"
            + " {'role': 'assistant', 'content': 'b'}]}",
        "s\n\nHuman: q\n\nAssistant: a\n\nHuman: r\n\nAssistant:",
        "b");
    assertDemonstration(
        Format.CONVERSATIONS,
        "{'conversations': [{'from': 'human', 'value': 'q'}, {'from': 'gpt', 'value': 'a'}]}",
        "q",
        "a");
    assertFault(
        Format.MESSAGES,
        "{'messages': [{'role': 'user', 'content': 'q'}, {'role': 'robot', 'content': 'q'}]}",
        "messages[1].role: expected user, assistant or system, found \"robot\"");
    assertFault(
        Format.MESSAGES,
        "{'messages': [{'role': 'user', 'content': 'q'}]}",
        "messages: expected a last turn of the assistant, found one of the human");
  }

  @Test
  void chosenAndRejectedAreARankingOfTwo() {
    List<Feedback> records =
        read(Format.PREFERENCES, "{'prompt': 'p', 'chosen': 'c', 'rejected': 'r'}");
    Ranking ranking = all(records, Ranking.class).getFirst();
    assertThat(ranking.outputs()).extracting(Output::text).containsExactly("c", "r");
    assertThat(ranking.pairs()).containsExactly(new Ranking.Pair(0, 1));
  }

  @Test
  void dialoguesShareTheirPromptAndEqualOnesAreATie() {
    String shared = "\\n\\nHuman: q\\n\\nAssistant: a\\n\\nHuman: r\\n\\nAssistant:";
    List<Feedback> records = read(Format.HH_RLHF, dialogues(shared + " yes", shared + " yet"));
    assertThat(all(records, Prompt.class).getFirst().text())
        .isEqualTo("\n\nHuman: q\n\nAssistant: a\n\nHuman: r\n\nAssistant:");
    Ranking ranking = all(records, Ranking.class).getFirst();
    assertThat(ranking.outputs()).extracting(Output::text).containsExactly("yes", "yet");
    assertThat(ranking.ranks()).containsExactly(1, 2);
    Ranking tie = only(Format.HH_RLHF, dialogues(shared + " yes", shared + " yes"), Ranking.class);
    assertThat(tie.outputs()).extracting(Output::text).containsExactly("yes", "yes");
    assertThat(tie.pairs()).isEmpty();
    assertThat(only(Format.HH_RLHF, dialogues(shared, shared + " x"), Ranking.class).outputs())
        .extracting(Output::text)
        .containsExactly("", "x");
  }

  @Test
  void dialoguesThatDifferEarlierAreComparedFromThere() {
    String shared = "\\n\\nHuman: q\\n\\nAssistant:";
    String chosen = shared + " a\\n\\nHuman: r\\n\\nAssistant: b";
    RowRecords draft = draft();
    FormatReading.read(Format.HH_RLHF, json(dialogues(chosen, shared + " c")), draft);
    Ranking ranking = all(draft.records(), Ranking.class).getFirst();
    assertThat(ranking.outputs())
        .extracting(Output::text)
        .containsExactly("a\n\nHuman: r\n\nAssistant: b", "c");
    assertThat(draft.notes()).hasSize(1).containsValue(1L);
    assertFault(
        Format.HH_RLHF,
        dialogues("\\n\\nHuman: q\\n\\nAssistant: a", "\\n\\nHuman: r\\n\\nAssistant: a"),
        "chosen: expected a dialogue");
  }

  @Test
  void rankedRowsKeepTiesModelsAndLabeler() {
    String row =
        "{'prompt': 'p', 'completions': ['a', 'b', 'c'], 'ranks': [2, 1, 2], 'labeler': 'ann',"
            + " 'models': ['x', 'y', 'z']}";
    Ranking ranking = only(Format.RANKED, row, Ranking.class);
    assertThat(ranking.labeler()).isEqualTo("ann");
    assertThat(ranking.outputs()).extracting(Output::model).containsExactly("x", "y", "z");
    assertThat(ranking.pairs()).containsExactly(new Ranking.Pair(1, 0), new Ranking.Pair(1, 2));
    assertFault(
        Format.RANKED,
        "{'prompt': 'p', 'completions': ['a', 2], 'ranks': [0, 1.5, 1], 'models': ['x']}",
        "completions[1]: expected text, found 2; ranks[1]: expected a whole number, found 1.5;"
            + " completions: expected 2 to 9 of them, found 1; ranks: expected as many as"
            + " completions, 1, found 3; ranks[0]: expected a rank from 1 to 1, found 0");
  }

  /// Labels of (1,2)(1,3)(1,4)(2,3)(2,4)(3,4): 1 = 2 > 3 > 4, then a circle 1 > 2 > 3 > 1.
  @Test
  void sixLabelsBecomeRanksOrAFault() {
    String row = fineGrained("[0, 1, 1, 1, 1, 1]");
    List<Feedback> records = read(Format.FINE_GRAINED, row);
    assertThat(all(records, Ranking.class).getFirst().ranks()).containsExactly(1, 1, 2, 3);
    assertThat(all(records, Prompt.class).getFirst().text())
        .isEqualTo(
            "Answer the question with what the passages say.\n\nDucks\nDucks swim. They dive.\n\n"
                + "Geese\nThey fly.\n\nQuestion: Who swims?\n\nAnswer:");
    assertFault(
        Format.FINE_GRAINED,
        fineGrained("[1, 2, 1, 1, 1, 1]"),
        "preference: expected labels that do not go round in a circle, found [1, 2, 1, 1, 1, 1]");
    assertFault(
        Format.FINE_GRAINED,
        fineGrained("[1, 2, 3]"),
        "preference: expected six labels of 0, 1 or 2, found [1, 2, 3]");
  }

  /// 1 = 2, 2 = 4, but 4 > 1; all of them > 3. Ranks must break one of the two ties: 1 = 2 below 4,
  /// or 1 below 2 = 4.
  @Test
  void tiesThatAreNotTransitiveAreBrokenAsRarelyAsPossible() {
    RowRecords draft = draft();
    FormatReading.read(Format.FINE_GRAINED, json(fineGrained("[0, 1, 2, 1, 0, 2]")), draft);
    assertThat(all(draft.records(), Ranking.class).getFirst().ranks()).containsExactly(2, 1, 3, 1);
    assertThat(draft.notes()).containsValue(1L);
  }

  @Test
  void aTreeIsARankingWhereverRepliesAreRanked() {
    String deeper =
        "'replies': [{'text': 'q2', 'replies': [{'text': 'c', 'rank': 4, 'model_name': 'm'},"
            + " {'text': 'd', 'rank': 4}, {'text': 'e', 'rank': 1}]}]";
    String row =
        "{'prompt': {'text': 'q', 'replies': [{'text': 'a', 'rank': 1}, {'text': 'unranked'},"
            + " {'text': 'gone', 'rank': 2, 'deleted': true}, {'text': 'b', 'rank': 0, "
            + deeper
            + "}]}}";
    List<Feedback> records = read(Format.OPEN_ASSISTANT, row);
    assertThat(all(records, Prompt.class))
        .extracting(Prompt::text)
        .containsExactly("q", "\n\nHuman: q\n\nAssistant: b\n\nHuman: q2\n\nAssistant:");
    List<Ranking> rankings = all(records, Ranking.class);
    assertThat(rankings.getFirst().outputs()).extracting(Output::text).containsExactly("b", "a");
    assertThat(rankings.getLast().outputs())
        .containsExactly(new Output("e", "human"), new Output("c", "m"), new Output("d", "human"));
    assertThat(rankings.getLast().ranks()).containsExactly(1, 2, 2);
    assertThat(read(Format.OPEN_ASSISTANT, "{'prompt': {'text': 'q', 'replies': []}}")).isEmpty();
    assertFault(
        Format.OPEN_ASSISTANT,
        "{'prompt': {'text': 'q', 'replies': [{'text': 'a', 'replies': [{'text': ''}]}]}}",
        "prompt.replies[0].replies[0].text: expected some text, found empty text");
  }

  @Test
  void ourOwnRecordsComeBackAsTheyWere() {
    for (Feedback record : Samples.oneOfEach()) {
      RowRecords draft = draft();
      FormatReading.read(Format.RECORDS, RecordJson.write(record), draft);
      assertThat(draft.records()).containsExactly(record);
    }
    assertFault(
        Format.RECORDS,
        "{'type': 'labeler', 'id': 'a b', 'pool': 'best', 'age': 3}",
        "age: expected only the fields type, id, pool, found this one too; id: expected a name of 1"
            + " to 200 characters without white space, found \"a b\"; pool: expected one of"
            + " training, held_out, researcher, found \"best\"");
    assertFault(
        Format.RECORDS,
        "{'type': 'demonstration', 'id': 'd', 'prompt_id': 'p', 'response': '', 'labeler': 'a',"
            + " 'created': 'yesterday'}",
        "created: expected a time such as");
  }

  private static String fineGrained(String labels) {
    return "{'question': 'Who swims?', 'passages': [['Ducks', 'Ducks\\n\\nDucks swim.', 'They"
        + " dive.'], ['Geese', 'They fly.']], 'prediction 1': 'a', 'prediction 2': 'b',"
        + " 'prediction 3': 'c', 'prediction 4': 'd', 'preference': "
        + labels
        + "}";
  }

  private static String dialogues(String chosen, String rejected) {
    return "{'chosen': '" + chosen + "', 'rejected': '" + rejected + "'}";
  }

  private static void assertDemonstration(
      Format format, String row, String prompt, String response) {
    List<Feedback> records = read(format, row);
    assertThat(all(records, Prompt.class)).extracting(Prompt::text).containsExactly(prompt);
    assertThat(all(records, Demonstration.class))
        .extracting(Demonstration::response)
        .containsExactly(response);
  }

  private static void assertFault(Format format, String row, String message) {
    assertThatThrownBy(() -> FormatReading.read(format, json(row), draft()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message);
  }

  private static <T extends Feedback> T only(Format format, String row, Class<T> type) {
    return all(read(format, row), type).getFirst();
  }

  private static <T extends Feedback> List<T> all(List<Feedback> records, Class<T> type) {
    return records.stream().filter(type::isInstance).map(type::cast).toList();
  }

  /// Reads a row as its format, which must also be the detected one.
  private static List<Feedback> read(Format format, String row) {
    assertThat(FormatDetection.of(json(row))).contains(format);
    RowRecords draft = draft();
    FormatReading.read(format, json(row), draft);
    return draft.records();
  }

  private static RowRecords draft() {
    return new RowRecords(ImportSettings.at(Samples.NOON));
  }

  private static JsonNode json(String row) {
    try {
      return RecordJson.MAPPER.readTree(row.replace("\\'", "\\\"").replace('\'', '"'));
    } catch (JsonProcessingException wrong) {
      throw new AssertionError(wrong);
    }
  }
}
