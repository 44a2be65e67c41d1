package org.instructgpt.records;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Every value of a valid row is replaced by every unusual one: the row is read or refused, but
/// never crashes the reader.
final class UnusualRowsTest {
  private static final String ODD =
      "[null, true, -1, 3, 1e99, '', ' ', 'x', '\\ud800', [], {}, [null], [[]], [''], [{}], ['a','b','c']]";

  @ParameterizedTest
  @EnumSource(Format.class)
  void anUnusualRowIsReadOrRefused(Format format) {
    int refused = 0;
    for (JsonNode row : oddRows(json(sample(format)))) {
      try {
        FormatReading.read(format, row, new RowRecords(ImportSettings.at(Samples.NOON)));
      } catch (JsonFields.BadRow | BadField fault) {
        refused++;
      }
    }
    assertThat(refused).isPositive();
  }

  private static List<JsonNode> oddRows(JsonNode row) {
    List<JsonNode> rows = new ArrayList<>();
    json(ODD).forEach(rows::add);
    row.properties()
        .forEach(field ->
            variants(field.getValue())
                .forEach(odd -> rows.add(((ObjectNode) row.deepCopy()).set(field.getKey(), odd))));
    return rows;
  }

  /// The unusual values in place of this one, and in place of each one inside it.
  private static List<JsonNode> variants(JsonNode value) {
    List<JsonNode> variants = new ArrayList<>();
    json(ODD).forEach(variants::add);
    value
        .properties()
        .forEach(field ->
            variants(field.getValue())
                .forEach(
                    odd -> variants.add(((ObjectNode) value.deepCopy()).set(field.getKey(), odd))));
    for (int i = 0; value.isArray() && i < value.size(); i++) {
      for (JsonNode odd : variants(value.get(i))) {
        ArrayNode copy = value.deepCopy();
        copy.set(i, odd);
        variants.add(copy);
      }
    }
    return variants;
  }

  private static String sample(Format format) {
    return switch (format) {
      case RECORDS -> RecordJson.write(Samples.ranking("r", "p", Samples.ANN)).toString();
      case MESSAGES ->
          "{'messages': [{'role': 'user', 'content': 'q'}, {'role': 'assistant', 'content': 'a'}]}";
      case CONVERSATIONS ->
          "{'conversations': [{'from': 'human', 'value': 'q'}, {'from': 'gpt', 'value': 'a'}]}";
      case LABEL_STUDIO ->
          "{'data': {'prompt': 'q', 'answer1': 'a', 'answer2': 'b'}, 'annotations':"
              + " [{'completed_by': 2, 'result': [{'type': 'pairwise', 'value': {'selected':"
              + " 'left'}}]}]}";
      case ARGILLA ->
          "{'fields': {'prompt': 'q', 'response-1': 'a', 'response-2': 'b'}, 'responses':"
              + " [{'user_id': 'u', 'status': 'submitted', 'values': {'ranking': {'value':"
              + " [{'value': 'response-1', 'rank': 1}, {'value': 'response-2', 'rank': 2}]}}}]}";
      case PRODIGY ->
          "{'prompt': 'p', 'options': [{'id': 1, 'text': 'a'}, {'id': 2, 'text': 'b'}], 'accept':"
              + " [2], 'answer': 'accept', '_input_hash': 1, '_annotator_id': 'u'}";
      case OPEN_WEBUI ->
          "{'type': 'rating', 'user_id': 'u', 'data': {'rating': 1, 'model_id': 'm'}, 'meta':"
              + " {'message_id': 'y'}, 'snapshot': {'chat': {'chat': {'history': {'messages': {'x':"
              + " {'role': 'user', 'content': 'q', 'parentId': null}, 'y': {'role': 'assistant',"
              + " 'content': 'a', 'parentId': 'x'}}}}}}}";
      case SUPER_NI -> "{'Definition': ['d'], 'Instances': [{'input': 'x', 'output': ['o', 'n']}]}";
      case PAIRWISE ->
          "{'prompt': 'p', 'response_a': 'a', 'response_b': 'b', 'model_a': 'm', 'model_b': 'n',"
              + " 'winner': 'model_a', 'judge': 'ann'}";
      case CHATS ->
          "{'conversation': [{'role': 'user', 'content': 'q'}, {'role': 'assistant', 'content':"
              + " 'a'}], 'model': 'm', 'openai_moderation': []}";
      case RATINGS -> "{'prompt': 'p', 'response': 'r', 'label': false, 'user': 'u', 'model': 'm'}";
      case FINE_GRAINED ->
          "{'question': 'q', 'passages': [['t', 's']], 'prediction 1': 'a', 'prediction 2': 'b',"
              + " 'prediction 3': 'c', 'prediction 4': 'd', 'preference': [0, 1, 1, 1, 1, 0]}";
      case QUESTION_ANSWER -> "{'question': 'q', 'answer': 'a'}";
      case OPEN_ASSISTANT ->
          "{'prompt': {'text': 'q', 'replies': [{'text': 'a', 'rank': 1, 'model_name': 'm',"
              + " 'replies': []}, {'text': 'b', 'rank': 0, 'deleted': false}]}}";
      case RANKED ->
          "{'prompt': 'p', 'completions': ['a', 'b'], 'ranks': [1, 2], 'models': ['m', 'n'],"
              + " 'labeler': 'ann', 'user': 'u'}";
      case PREFERENCES -> "{'prompt': 'p', 'chosen': 'c', 'rejected': 'r', 'user': 'u'}";
      case HH_RLHF ->
          "{'chosen': '\\n\\nHuman: q\\n\\nAssistant: a', 'rejected': '\\n\\nHuman:"
              + " q\\n\\nAssistant: b'}";
      case COMPLETIONS -> "{'prompt': 'p', 'completion': 'c', 'labeler': 'ann'}";
      case SELF_INSTRUCT -> "{'instruction': 'i', 'instances': [{'input': 'x', 'output': 'o'}]}";
      case INSTRUCTIONS -> "{'instruction': 'i', 'input': 'x', 'output': 'o'}";
      case PROMPTS -> "{'prompt': 'p', 'user': 'u', 'organisation': 'o'}";
    };
  }

  private static JsonNode json(String text) {
    try {
      return RecordJson.MAPPER.readTree(text.replace('\'', '"'));
    } catch (JsonProcessingException wrong) {
      throw new AssertionError(wrong);
    }
  }
}
